import { readFile } from 'node:fs/promises';
import type { Clock } from '@keelson/apimachinery';

/** A credential in a file, which may be replaced at any time, or as it is, or from someone who knows the present one and keeps it at hand. */
export type CredentialSource = { readonly file: string } | { readonly data: string } | { readonly provide: () => Promise<string> };

/** How often a file is looked at again; client-go's period for token files. */
const REFRESH_MILLISECONDS = 60 * 1000;

/**
 * The present content of a credential.
 * Invariant: `#content` is what the file held at `#readAt`; a file that can't be read later on leaves it as it was, since whoever
 * rotates it may be in the middle of that.
 */
export class Credential {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #content: string | undefined;
  #readAt = 0;

  constructor(source: CredentialSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Reads the file at most once a minute. @throws Error if it has never been readable */
  async current(): Promise<string> {
    if ('data' in this.#source) return this.#source.data;
    if ('provide' in this.#source) return this.#source.provide();
    const fresh = this.#clock.monotonic() - this.#readAt < REFRESH_MILLISECONDS;
    return this.#content !== undefined && fresh ? this.#content : this.reread();
  }

  /** Reads the file now. */
  async reread(): Promise<string> {
    if ('data' in this.#source) return this.#source.data;
    if ('provide' in this.#source) return this.#source.provide();
    try {
      const content = await readFile(this.#source.file, 'utf8');
      if (content.trim() === '') throw new Error(`credential file ${this.#source.file} is empty`);
      this.#content = content;
    } catch (error) {
      if (this.#content === undefined) throw error;
    }
    this.#readAt = this.#clock.monotonic();
    return this.#content;
  }
}
