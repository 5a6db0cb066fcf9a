import { Transform } from 'node:stream';

/** The attributes whose values are URLs, by element (k8s.io/apimachinery/pkg/util/proxy). */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Elements whose content is text up to their end tag, whatever it looks like. */
const RAW_TEXT = new Set(['iframe', 'noembed', 'noframes', 'noscript', 'script', 'style', 'textarea', 'title', 'xmp']);
/** A tag that is longer is passed on as it is. */
const MAX_TAG_CHARACTERS = 64 * 1024;
const ATTRIBUTE = /([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;
/** Whole, with quoted values that may have a `>` in them. */
const START_TAG = /^<([a-z][^\s/>]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>/i;

/**
 * Rewrites the links of an HTML page as it streams by; everything else passes byte for byte. No more than one tag is held back.
 * Text is read as Latin-1, so that the bytes of any encoding that agrees with ASCII come out as they went in.
 */
export class HtmlLinkRewriter extends Transform {
  readonly #rewrite: (link: string) => string;
  /** What came and may be the beginning of a tag. */
  #pending = '';
  /** The end that is waited for, of a comment or of an element with raw text. */
  #until: RegExp | undefined;

  constructor(rewrite: (link: string) => string) {
    super();
    this.#rewrite = rewrite;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pending += chunk.toString('latin1');
    this.#emit(this.#take());
    done();
  }

  override _flush(done: () => void): void {
    this.#emit(this.#pending);
    done();
  }

  #emit(text: string): void {
    if (text !== '') this.push(Buffer.from(text, 'latin1'));
  }

  /** All that can be decided by now. */
  #take(): string {
    let output = '';
    for (let part = this.#next(); part !== undefined; part = this.#next()) output += part;
    return output;
  }

  /** The next piece: text, a comment, raw text or a tag. @returns undefined when more has to come */
  #next(): string | undefined {
    if (this.#pending === '') return undefined;
    if (this.#until !== undefined) return this.#raw(this.#until);
    const start = this.#pending.indexOf('<');
    if (start !== 0) return this.#cut(start < 0 ? this.#pending.length : start);
    if ('<!--'.startsWith(this.#pending.slice(0, 4))) return this.#comment();
    if (!/^<[a-z]/i.test(this.#pending)) return this.#pending.length > 1 ? this.#cut(1) : undefined;
    const tag = START_TAG.exec(this.#pending);
    if (tag !== null) return this.#tag(tag);
    return this.#pending.length > MAX_TAG_CHARACTERS ? this.#cut(1) : undefined;
  }

  #comment(): string | undefined {
    if (this.#pending.length < 4) return undefined;
    this.#until = /-->/;
    return this.#cut(4);
  }

  /** Up to the end that is waited for; of that, a beginning is held back. */
  #raw(until: RegExp): string | undefined {
    const end = until.exec(this.#pending);
    if (end !== null) {
      this.#until = undefined;
      return this.#cut(end.index + end[0].length);
    }
    const LONGEST_END = 16;
    return this.#pending.length > LONGEST_END ? this.#cut(this.#pending.length - LONGEST_END) : undefined;
  }

  #tag([whole, name = '', attributes = '']: RegExpExecArray): string {
    this.#cut(whole.length);
    const element = name.toLowerCase();
    if (RAW_TEXT.has(element) && !attributes.endsWith('/')) this.#until = new RegExp(`</${element}`, 'i');
    const links = URL_ATTRIBUTES[element];
    if (links === undefined) return whole;
    const rewritten = attributes.replaceAll(ATTRIBUTE, (attribute: string, key: string, equals: string, value: string) =>
      links.includes(key.toLowerCase()) ? `${key}${equals}${this.#value(value)}` : attribute,
    );
    return `<${name}${rewritten}>`;
  }

  #value(value: string): string {
    const quote = /^["']/.exec(value)?.[0] ?? '';
    const link = quote === '' ? value : value.slice(1, -1);
    return `${quote}${this.#rewrite(link)}${quote}`;
  }

  #cut(length: number): string {
    const part = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return part;
  }
}
