import type { Clock } from '@keelson/apimachinery';

/** client-go's figures for reflectors. */
const FIRST_MILLISECONDS = 800;
const LAST_MILLISECONDS = 30 * 1000;
const RESET_MILLISECONDS = 2 * 60 * 1000;

/** Pauses that double up to a limit, each lengthened by up to its own length, and start over after two minutes without one. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #pause = FIRST_MILLISECONDS;
  #last = -Infinity;

  /** @param random uniform in [0, 1) */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @returns milliseconds to wait now */
  next(): number {
    const now = this.#clock.monotonic();
    if (now - this.#last > RESET_MILLISECONDS) this.#pause = FIRST_MILLISECONDS;
    this.#last = now;
    const pause = this.#pause;
    this.#pause = Math.min(LAST_MILLISECONDS, pause * 2);
    return pause * (1 + this.#random());
  }
}
