/** What SPDY/3.1 starts every window with, until SETTINGS say otherwise. */
export const INITIAL_WINDOW = 64 * 1024;
const MAX_WINDOW = 2 ** 31 - 1;

/** How many bytes may still be sent before the peer has to say that it has read some (section 2.6.8). */
export class SendWindow {
  /** Negative after a peer that showed its windows late, or shrank them: then nothing may be sent until it has caught up. */
  #left: number;

  constructor(size: number) {
    this.#left = size;
  }

  get left(): number {
    return this.#left;
  }

  spend(bytes: number): void {
    this.#left -= bytes;
  }

  /** @returns false if the window would be larger than a window may be */
  widen(bytes: number): boolean {
    this.#left += bytes;
    return this.#left <= MAX_WINDOW;
  }
}
