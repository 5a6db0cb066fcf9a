import { calculate } from './arithmetic';
import { runProgram, type Surroundings } from './programs';
import { CannotTell, type Command, type Script, type SimpleCommand, type Word, type WordPiece } from './script';

/**
 * Runs a script in no time and says how long it would have taken. Its commands' effects on the pod's files are there at once, also those
 * that a real script would come to only after a `sleep`.
 */
export class Shell {
  readonly #variables: Map<string, string>;
  readonly #around: Surroundings;
  /** `$?`. */
  #status = 0;
  #hasExited = false;
  #output = '';
  #milliseconds = 0;

  constructor(variables: ReadonlyMap<string, string>, around: Surroundings) {
    this.#variables = new Map(variables);
    this.#around = around;
  }

  get exitCode(): number {
    return this.#status;
  }

  get output(): string {
    return this.#output;
  }

  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** @throws CannotTell if it comes to a command that isn't simulated */
  run(script: Script): void {
    for (const command of script) {
      if (this.#hasExited) return;
      this.#command(command);
    }
  }

  #command(command: Command): void {
    switch (command.type) {
      case 'simple':
        return this.#simple(command);
      case 'not':
        this.#command(command.command);
        if (!this.#hasExited) this.#status = this.#status === 0 ? 1 : 0;
        return;
      case 'and':
      case 'or':
        this.#command(command.left);
        if (!this.#hasExited && (this.#status === 0) === (command.type === 'and')) this.#command(command.right);
        return;
      case 'if':
        return this.#if(command);
    }
  }

  #if({ branches, otherwise }: Extract<Command, { type: 'if' }>): void {
    for (const { condition, body } of branches) {
      this.run(condition);
      if (this.#hasExited) return;
      if (this.#status === 0) return this.#runAll(body);
    }
    this.#runAll(otherwise);
  }

  /** A branch without a command succeeds. */
  #runAll(script: Script): void {
    this.#status = 0;
    this.run(script);
  }

  #simple({ assignments, words, outputs }: SimpleCommand): void {
    const [name, ...args] = words.flatMap((word, _, all) => (isDoubleBracket(all[0]) ? [this.#text(word)] : this.#fields(word)));
    const values = assignments.map(({ name: variable, value }) => [variable, this.#text(value)] as const);
    for (const file of outputs) this.#write(this.#text(file));
    if (name === undefined) {
      for (const [variable, value] of values) this.#variables.set(variable, value);
      if (assignments.every(({ value }) => !value.some(({ type }) => type === 'output'))) this.#status = 0;
      return;
    }
    if (name === 'exit') return this.#exit(args);
    const { exitCode, output, milliseconds } = runProgram(name, args, this.#around);
    this.#status = exitCode;
    this.#milliseconds += milliseconds;
    if (outputs.length === 0) this.#output += output;
  }

  #exit([code, ...more]: readonly string[]): void {
    if (more.length > 0 || (code !== undefined && !/^\d+$/.test(code))) throw new CannotTell('"exit" with what is no code');
    if (code !== undefined) this.#status = Number(code) & 255;
    this.#hasExited = true;
  }

  #write(path: string): void {
    if (!path.startsWith('/dev/')) this.#around.files.add(path);
  }

  /** The word expanded, and split at the blanks of what its unquoted expansions gave. */
  #fields(word: Word): readonly string[] {
    const fields: string[] = [];
    let open: string | undefined;
    for (const piece of word) {
      const text = this.#expanded(piece);
      if (piece.isQuoted || piece.type === 'text') {
        open = (open ?? '') + text;
        continue;
      }
      const [first = '', ...rest] = text.split(/[ \t\n]+/);
      if (first !== '' || rest.length > 0) open = (open ?? '') + first;
      for (const part of rest) {
        if (open !== undefined && open !== '') fields.push(open);
        open = part === '' ? undefined : part;
      }
    }
    return open === undefined ? fields : [...fields, open];
  }

  #text(word: Word): string {
    return word.map((piece) => this.#expanded(piece)).join('');
  }

  #expanded(piece: WordPiece): string {
    switch (piece.type) {
      case 'text':
        return piece.text;
      case 'arithmetic':
        return String(calculate(this.#text(piece.expression)));
      case 'output':
        return this.#outputOf(piece.script);
      case 'parameter': {
        const value = piece.name === '?' ? String(this.#status) : (this.#variables.get(piece.name) ?? '');
        return value === '' && piece.fallback !== undefined ? this.#text(piece.fallback) : value;
      }
    }
  }

  /** As in a subshell: what it sets, and its `exit`, are its own. */
  #outputOf(script: Script): string {
    const inner = new Shell(this.#variables, this.#around);
    inner.run(script);
    this.#status = inner.exitCode;
    this.#milliseconds += inner.milliseconds;
    return inner.output.replace(/\n+$/, '');
  }
}

/** Within `[[` words are not split, however they were written. */
function isDoubleBracket(word: Word | undefined): boolean {
  const [piece] = word ?? [];
  return word?.length === 1 && piece?.type === 'text' && piece.text === '[[';
}
