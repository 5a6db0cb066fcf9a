import type { Clock } from '@keelson/apimachinery';

const INITIAL_MILLISECONDS = 10_000;

interface Entry {
  milliseconds: number;
  updated: number;
}

/**
 * Exponential back-off per key: 10 s, doubling up to `maximum`; forgotten once nothing happened for twice the maximum (10 minutes
 * for restarts). Used for restarts and for image pulls, as upstream's `flowcontrol.Backoff`.
 */
export class RestartBackoff {
  readonly #clock: Clock;
  readonly #maximum: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, maximumMilliseconds = 300_000) {
    this.#clock = clock;
    this.#maximum = maximumMilliseconds;
  }

  /** How many milliseconds are left of the wait that began at `since` (a time of the clock); 0 if there is none. */
  remaining(key: string, since: number): number {
    const entry = this.#live(key, since);
    return entry === undefined ? 0 : Math.max(0, entry.milliseconds - (this.#clock.now() - since));
  }

  /** The length of the present wait in milliseconds; 0 if there is none. */
  current(key: string): number {
    return this.#entries.get(key)?.milliseconds ?? 0;
  }

  /** Books another failure, that happened at `at`: the next wait is twice the last. */
  next(key: string, at: number): void {
    const entry = this.#live(key, at);
    const milliseconds = entry === undefined ? INITIAL_MILLISECONDS : Math.min(entry.milliseconds * 2, this.#maximum);
    this.#entries.set(key, { milliseconds, updated: this.#clock.now() });
  }

  /** Drops all keys that begin with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #live(key: string, at: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || at - entry.updated > this.#maximum * 2 ? undefined : entry;
  }
}
