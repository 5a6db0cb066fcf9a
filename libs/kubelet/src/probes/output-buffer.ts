import { Writable } from 'node:stream';

/** Keeps the first `limit` bytes written to it and swallows the rest. */
export class OutputBuffer extends Writable {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const kept = chunk.subarray(0, this.#limit - this.#size);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#size += kept.length;
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
