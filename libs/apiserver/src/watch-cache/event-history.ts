import type { Revision } from '@keelson/storage';
import type { CacheEvent } from './cache-event';

/** As upstream's watch cache: history is kept for about this long, so that a client that lost its connection can go on. */
const KEEP_MILLISECONDS = 75_000;
const LEAST_EVENTS = 128;
/** Of the objects held, each with its previous version. A client that needs more than this lists anew. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * The latest changes of one resource, oldest first.
 * Invariant: holds every event after `#floor`, and none at or before it.
 */
export class EventHistory {
  #floor: Revision;
  #events: CacheEvent[] = [];
  /** Events before this index are forgotten; the array is trimmed now and then instead of on every event. */
  #start = 0;
  /** The weight of all that is kept. */
  #bytes = 0;

  constructor(floor: Revision) {
    this.#floor = floor;
  }

  add(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += event.object.json.length;
    while (this.#isExcess(event.at)) this.#forgetOldest();
    if (this.#start > LEAST_EVENTS && this.#start > this.#events.length / 2) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** @returns the events after `revision`, or undefined if some of them are forgotten */
  after(revision: Revision): readonly CacheEvent[] | undefined {
    if (revision < this.#floor) return undefined;
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  /** The oldest revision that {@link after} can start from. */
  get floor(): Revision {
    return this.#floor;
  }

  #isExcess(now: number): boolean {
    const kept = this.#events.length - this.#start;
    if (kept <= LEAST_EVENTS) return false;
    return this.#bytes > MOST_BYTES || now - (this.#events[this.#start]?.at ?? now) > KEEP_MILLISECONDS;
  }

  #forgetOldest(): void {
    const oldest = this.#events[this.#start];
    if (oldest !== undefined) {
      this.#floor = oldest.revision;
      this.#bytes -= oldest.object.json.length;
    }
    this.#start += 1;
  }
}
