import type { ByteSink } from './api-request';

/** As node:stream's: who writes more than this ahead of the reader is told to wait. */
const HIGH_WATER_BYTES = 64 * 1024;

type State = { readonly type: 'open' } | { readonly type: 'ended' } | { readonly type: 'broken'; readonly error: Error };

/**
 * A body on its way to a reader in this process: chunks change hands, no byte is copied. For one writer and one reader.
 * Invariant: chunks come out whole and in order, before the end or the error that came after them; an error overtakes nothing but what
 * was not read yet.
 */
export class BodyPipe implements ByteSink, AsyncIterableIterator<Uint8Array, undefined, undefined> {
  #chunks: Uint8Array[] = [];
  /** Where the next chunk to be read stands; the array is emptied when all are read. */
  #next = 0;
  #pendingBytes = 0;
  #state: State = { type: 'open' };
  /** Of the reader that waits for a chunk. */
  #wakeReader: (() => void) | undefined;
  /** Of writers that wait for room. */
  #wakeWriters: (() => void)[] = [];
  readonly #onLeave: () => void;

  /** @param onLeave hears that the reader wants no more, though more may come */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state.type !== 'open') return true;
    this.#chunks.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#wakeReader?.();
    return this.#pendingBytes < HIGH_WATER_BYTES;
  }

  drained(): Promise<void> {
    if (this.#state.type !== 'open' || this.#pendingBytes < HIGH_WATER_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.#wakeWriters.push(resolve));
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Nothing more comes; what was written can still be read. */
  end(): void {
    if (this.#state.type === 'open') this.#settle({ type: 'ended' });
  }

  /** Breaks off, unless all was read: what was not is dropped, and the reader gets `error`. */
  break(error: Error): void {
    const isRead = this.#state.type === 'ended' && this.#chunks.length === 0;
    if (isRead || this.#state.type === 'broken') return;
    this.#empty();
    this.#settle({ type: 'broken', error });
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#take();
      if (chunk !== undefined) return { done: false, value: chunk };
      if (this.#state.type === 'broken') throw this.#state.error;
      if (this.#state.type === 'ended') return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      this.#wakeReader = undefined;
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state.type === 'open') {
      this.#empty();
      this.end();
      this.#onLeave();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#next];
    if (chunk === undefined) return undefined;
    this.#next += 1;
    this.#pendingBytes -= chunk.length;
    if (this.#next === this.#chunks.length) this.#empty();
    if (this.#pendingBytes < HIGH_WATER_BYTES) this.#releaseWriters();
    return chunk;
  }

  #empty(): void {
    this.#chunks = [];
    this.#next = 0;
    this.#pendingBytes = 0;
  }

  #settle(state: State): void {
    this.#state = state;
    this.#wakeReader?.();
    this.#releaseWriters();
  }

  #releaseWriters(): void {
    const waiting = this.#wakeWriters;
    if (waiting.length === 0) return;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }
}
