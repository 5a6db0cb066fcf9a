import { CannotTell, type Branch, type Command, type Script, type SimpleCommand, type Word } from './script';
import { WordReader } from './word-reader';

/** Words that end a list of commands where a command could begin. */
const CLOSING = ['then', 'elif', 'else', 'fi'] as const;
type Closing = (typeof CLOSING)[number];
/** Beginnings of what this shell doesn't read. */
const REFUSED: readonly string[] = ['while', 'until', 'for', 'case', 'function', 'select', 'time', 'do', 'done', 'esac', '{', '}'];

/**
 * Reads the part of the shell's language (POSIX.1-2024, XCU 2) that the simulated shell knows: lists with `;`, `&&`, `||` and `!`, `if`,
 * assignments, quotes, `$NAME`, `${NAME:-word}`, `$(commands)`, `$((arithmetic))`, and output sent to files.
 * @throws CannotTell for all else: loops, functions, groups, pipes, jobs in the background, input from files, and what is no script at all
 */
export function parseScript(text: string): Script {
  const words = new WordReader(text, (inner) => new ScriptParser(inner).substitution());
  const { script, end } = new ScriptParser(words).list();
  if (end !== '' || !words.isAtEnd()) throw new CannotTell(`"${end === '' ? words.next() : end}" where a command should be`);
  return script;
}

class ScriptParser {
  readonly #words: WordReader;

  constructor(words: WordReader) {
    this.#words = words;
  }

  /** What stands in `$(`, its `)` included. */
  substitution(): Script {
    const { script, end } = this.list();
    if (end !== '' || !this.#words.takes(')')) throw new CannotTell('"$(" that does not end');
    return script;
  }

  /** @returns the commands, and the word that ended them; empty at the end of the text and before a `)` */
  list(): { readonly script: Script; readonly end: Closing | '' } {
    const script: Command[] = [];
    for (;;) {
      this.#words.skipSeparators();
      if (this.#words.isAtEnd() || this.#words.next() === ')') return { script, end: '' };
      const end = CLOSING.find((word) => this.#words.takesKeyword(word));
      if (end !== undefined) return { script, end };
      script.push(this.#andOr());
      if (!this.#words.isAtSeparator()) throw new CannotTell(`"${this.#words.next()}" behind a command`);
    }
  }

  #andOr(): Command {
    let left = this.#command();
    for (;;) {
      const type = this.#words.takes('&&') ? 'and' : this.#words.takes('||') ? 'or' : undefined;
      if (type === undefined) return left;
      this.#words.skipLines();
      left = { type, left, right: this.#command() };
    }
  }

  #command(): Command {
    if (this.#words.takesKeyword('!')) return { type: 'not', command: this.#command() };
    if (this.#words.takesKeyword('if')) return this.#if();
    const refused = REFUSED.find((word) => this.#words.takesKeyword(word));
    if (refused !== undefined) throw new CannotTell(`"${refused}" is not simulated`);
    return this.#simple();
  }

  #if(): Command {
    const branches: Branch[] = [];
    for (;;) {
      const condition = this.#until('then');
      const { script: body, end } = this.list();
      branches.push({ condition, body });
      if (end === 'elif') continue;
      if (end === 'fi') return { type: 'if', branches, otherwise: [] };
      if (end !== 'else') throw new CannotTell('an "if" without its "fi"');
      return { type: 'if', branches, otherwise: this.#until('fi') };
    }
  }

  #until(word: Closing): Script {
    const { script, end } = this.list();
    if (end !== word || script.length === 0) throw new CannotTell(`an "if" without its "${word}"`);
    return script;
  }

  #simple(): SimpleCommand {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const outputs: Word[] = [];
    for (;;) {
      const output = this.#words.output();
      if (output === 'descriptor') continue;
      if (output !== undefined) {
        outputs.push(output);
        continue;
      }
      const assignment = words.length === 0 ? this.#words.assignment() : undefined;
      if (assignment !== undefined) {
        assignments.push(assignment);
        continue;
      }
      const word = this.#words.word();
      if (word === undefined) break;
      words.push(word);
    }
    if (assignments.length + words.length + outputs.length === 0) throw new CannotTell(`"${this.#words.next()}" where a command should be`);
    return { type: 'simple', assignments, words, outputs };
  }
}
