import { DecodeError } from './decode-context';

/**
 * Reads JSON text for what JSON.parse does not tell: where it breaks, in Go's words, and which names an object gives twice.
 * It is slow, and runs only on text that is already known to be broken or to hold a duplicate.
 */
export class JsonScanner {
  readonly #text: string;
  #at = 0;
  readonly #path: string[] = [];
  readonly #duplicates: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * @returns the paths of the names that their object has already had, such as `spec.containers[0].name`, in the order of the text
   * @throws DecodeError where the text is no JSON
   */
  duplicates(): readonly string[] {
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value');
    return this.#duplicates;
  }

  #value(): void {
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') this.#object();
    else if (next === '[') this.#array();
    else if (next === '"') this.#string();
    else if (next === 't') this.#literal('true');
    else if (next === 'f') this.#literal('false');
    else if (next === 'n') this.#literal('null');
    else if (next === '-' || isDigit(next)) this.#number();
    else throw this.#unexpected('looking for beginning of value');
  }

  #object(): void {
    const seen = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#skip('}')) return;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#unexpected('looking for beginning of object key string');
      const name = this.#string();
      this.#path.push(this.#path.length === 0 ? name : `.${name}`);
      if (seen.has(name)) this.#duplicates.push(this.#path.join(''));
      seen.add(name);
      this.#space();
      if (!this.#skip(':')) throw this.#unexpected('after object key');
      this.#value();
      this.#path.pop();
      this.#space();
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#unexpected('after object key:value pair');
  }

  #array(): void {
    this.#at++;
    this.#space();
    if (this.#skip(']')) return;
    let index = 0;
    do {
      this.#path.push(`[${index}]`);
      this.#value();
      this.#path.pop();
      this.#space();
      index++;
    } while (this.#skip(','));
    if (!this.#skip(']')) throw this.#unexpected('after array element');
  }

  #string(): string {
    const start = this.#at++;
    for (; ; this.#at++) {
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next === undefined || next < ' ') throw this.#unexpected('in string literal');
      if (next === '\\') this.#escape();
    }
    this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #escape(): void {
    this.#at++;
    const next = this.#text[this.#at];
    if (next === undefined || !'bfnrtu\\/"'.includes(next)) throw this.#unexpected('in string escape code');
    if (next !== 'u') return;
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) throw this.#unexpected('in \\u hexadecimal character escape');
    }
  }

  #number(): void {
    this.#skip('-');
    if (!this.#skip('0')) this.#digits('in numeric literal');
    if (this.#skip('.')) this.#digits('after decimal point in numeric literal');
    if (!this.#skip('e') && !this.#skip('E')) return;
    if (!this.#skip('+')) this.#skip('-');
    this.#digits('in exponent of numeric literal');
  }

  #digits(where: string): void {
    if (!isDigit(this.#text[this.#at])) throw this.#unexpected(where);
    while (isDigit(this.#text[this.#at])) this.#at++;
  }

  #literal(literal: string): void {
    for (const expected of literal) if (!this.#skip(expected)) throw this.#unexpected(`in literal ${literal} (expecting '${expected}')`);
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? '.')) this.#at++;
  }

  #unexpected(where: string): DecodeError {
    const found = this.#text[this.#at];
    if (found === undefined) return new DecodeError('unexpected end of JSON input');
    return new DecodeError(`invalid character ${quoted(found)} ${where}`);
  }
}

const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

/** A character as Go quotes it. */
const quoted = (character: string): string =>
  character === "'" ? String.raw`'\''` : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
