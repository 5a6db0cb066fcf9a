import { INITIAL_WINDOW } from './send-window';

/** Counts what was read, and says when the peer is due to hear of it: each time half a window has been read. */
export class ReceiveCredit {
  #read = 0;

  /** @returns the delta to send in a WINDOW_UPDATE, or 0 */
  add(bytes: number): number {
    this.#read += bytes;
    if (this.#read < INITIAL_WINDOW / 2) return 0;
    const delta = this.#read;
    this.#read = 0;
    return delta;
  }
}
