import { createHash } from 'node:crypto';
import type { Clock } from '@keelson/apimachinery';

const MAX_ENTRIES = 1024;

interface Entry<T> {
  readonly value: Promise<T>;
  expires: number;
}

/** Answers of the apiserver, each for as long as it says; what is asked twice at once is asked once. Failures are not kept. */
export class ReviewCache<T> {
  readonly #clock: Clock;
  /** By a hash of the question, which may be a secret; the oldest first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(question: string, ask: () => Promise<{ value: T; milliseconds: number }>): Promise<T> {
    const key = createHash('sha256').update(question).digest('base64');
    const present = this.#entries.get(key);
    if (present !== undefined && present.expires > this.#clock.monotonic()) return present.value;
    const answer = ask();
    const entry: Entry<T> = { value: answer.then(({ value }) => value), expires: Number.POSITIVE_INFINITY };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    answer.then(
      ({ milliseconds }) => (entry.expires = this.#clock.monotonic() + milliseconds),
      () => this.#entries.delete(key),
    );
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return entry.value;
  }
}
