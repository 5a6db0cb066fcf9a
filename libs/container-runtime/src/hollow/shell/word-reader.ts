import { CannotTell, type Script, type Word, type WordPiece } from './script';

/** Ends an unquoted word. */
const META = /[\s;&|<>()]/;
/** Has a meaning of its own in the shell that the simulated one has not: patterns, the older command substitution. */
const REFUSED = /[*?`]/;
const NAME = /[A-Za-z_]\w*/y;
const PARAMETER = /[A-Za-z_]\w*|[0-9?]/y;
const ASSIGNMENT = /([A-Za-z_]\w*)=/y;
const OUTPUT = /([12]?)(>>?|>&[12-])/y;

/** What a variable without a value is worth in arithmetic. */
const ZERO: Word = [{ type: 'text', text: '0', isQuoted: true }];

/** Reads a script's text from left to right, word by word. Its position is always between two words, but while it is inside one. */
export class WordReader {
  readonly #text: string;
  readonly #commands: (words: WordReader) => Script;
  #at = 0;

  /** @param commands reads what stands in `$(`, its `)` included */
  constructor(text: string, commands: (words: WordReader) => Script) {
    this.#text = text;
    this.#commands = commands;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Whether a command may end here. */
  isAtSeparator(): boolean {
    this.#skipBlanks();
    return this.isAtEnd() || /[;\n)]/.test(this.next());
  }

  /** The character that comes next; empty at the end. */
  next(): string {
    return this.#text[this.#at] ?? '';
  }

  skipSeparators(): void {
    do this.skipLines();
    while (this.next() === ';' && this.takes(';'));
  }

  skipLines(): void {
    do this.#skipBlanks();
    while (this.#eat('\n'));
  }

  takes(operator: string): boolean {
    this.#skipBlanks();
    return this.#eat(operator);
  }

  /** Takes a word that is exactly this one, unquoted. */
  takesKeyword(word: string): boolean {
    this.#skipBlanks();
    const behind = this.#text[this.#at + word.length] ?? ' ';
    return META.test(behind) && this.#eat(word);
  }

  assignment(): { readonly name: string; readonly value: Word } | undefined {
    this.#skipBlanks();
    const match = this.#match(ASSIGNMENT);
    return match?.[1] === undefined ? undefined : { name: match[1], value: this.#pieces(META) };
  }

  /** What output is sent to: a file, or another descriptor, which is of no consequence here. */
  output(): Word | 'descriptor' | undefined {
    this.#skipBlanks();
    const match = this.#match(OUTPUT);
    if (match === undefined) return undefined;
    if (match[2]?.includes('&') === true) return 'descriptor';
    const file = this.word();
    if (file === undefined) throw new CannotTell('output that is sent nowhere');
    return file;
  }

  /** @returns undefined where no word begins */
  word(): Word | undefined {
    this.#skipBlanks();
    return this.isAtEnd() || META.test(this.next()) ? undefined : this.#pieces(META);
  }

  #pieces(end: RegExp): Word {
    const pieces: WordPiece[] = [];
    while (!this.isAtEnd() && !end.test(this.next())) pieces.push(...this.#piece(end));
    return pieces;
  }

  #piece(end: RegExp): readonly WordPiece[] {
    if (this.#eat("'")) return [{ type: 'text', text: this.#through("'"), isQuoted: true }];
    if (this.#eat('"')) return this.#doubleQuoted();
    if (this.#eat('\\')) return [{ type: 'text', text: this.#take(), isQuoted: true }];
    if (this.next() === '$') return [this.#expansion(false)];
    if (REFUSED.test(this.next())) throw new CannotTell(`"${this.next()}" is not simulated`);
    let text = this.#take();
    while (!this.isAtEnd() && !end.test(this.next()) && !/['"\\$*?`]/.test(this.next())) text += this.#take();
    return [{ type: 'text', text, isQuoted: false }];
  }

  #doubleQuoted(): readonly WordPiece[] {
    const pieces: WordPiece[] = [{ type: 'text', text: '', isQuoted: true }];
    while (!this.#eat('"')) {
      if (this.isAtEnd()) throw new CannotTell('a quote that does not end');
      if (this.next() === '`') throw new CannotTell('"`" is not simulated');
      if (this.next() === '$') pieces.push(this.#expansion(true));
      else pieces.push({ type: 'text', text: this.#quotedCharacter(), isQuoted: true });
    }
    return pieces;
  }

  #quotedCharacter(): string {
    const character = this.#take();
    return character === '\\' && /[$`"\\]/.test(this.next()) ? this.#take() : character;
  }

  #expansion(isQuoted: boolean): WordPiece {
    this.#take();
    if (this.#eat('((')) return { type: 'arithmetic', expression: this.#arithmetic(), isQuoted };
    if (this.#eat('(')) return { type: 'output', script: this.#commands(this), isQuoted };
    if (this.#eat('{')) return this.#braced(isQuoted);
    const name = this.#match(PARAMETER)?.[0];
    if (name !== undefined) return { type: 'parameter', name, fallback: undefined, isQuoted };
    if (!/[@*#$!-]/.test(this.next())) return { type: 'text', text: '$', isQuoted: true };
    throw new CannotTell(`"$${this.next()}" is not simulated`);
  }

  #braced(isQuoted: boolean): WordPiece {
    const name = this.#match(PARAMETER)?.[0];
    if (name === undefined) throw new CannotTell(`"\${${this.next()}" is not simulated`);
    const fallback = this.#eat(':-') ? this.#pieces(/\}/) : undefined;
    if (!this.#eat('}')) throw new CannotTell(`"\${${name}${this.next()}" is not simulated`);
    return { type: 'parameter', name, fallback, isQuoted };
  }

  /** Up to the `))` that closes it; names stand for their values there without a `$`. */
  #arithmetic(): Word {
    const pieces: WordPiece[] = [];
    for (let depth = 0; depth > 0 || !this.#eat('))');) {
      if (this.isAtEnd()) throw new CannotTell('"$((" that does not end');
      const name = this.#match(NAME)?.[0];
      if (name !== undefined) pieces.push({ type: 'parameter', name, fallback: ZERO, isQuoted: true });
      else if (this.next() === '$') pieces.push(this.#expansion(true));
      else {
        const text = this.#take();
        depth += text === '(' ? 1 : text === ')' ? -1 : 0;
        pieces.push({ type: 'text', text, isQuoted: true });
      }
    }
    return pieces;
  }

  #through(close: string): string {
    const end = this.#text.indexOf(close, this.#at);
    if (end < 0) throw new CannotTell('a quote that does not end');
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Blanks, lines that go on after a backslash, and comments. */
  #skipBlanks(): void {
    const blanks = /(?:[ \t\r]|\\\n)*(?:#[^\n]*)?/y;
    this.#match(blanks);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }

  #eat(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #take(): string {
    const character = this.next();
    this.#at += 1;
    return character;
  }
}
