import type { EventsGroupEvent } from '@keelson/api';
import { formatMicroTime, type Clock, type Draft } from '@keelson/apimachinery';

/** client-go's tools/events: what has not happened again for so long is over, */
const FINISH_MILLISECONDS = 6 * 60 * 1000;
/** and what goes on is written so often, lest its event expire. */
const REFRESH_MILLISECONDS = 30 * 60 * 1000;

/** So many events are remembered, so that memory is bounded whatever happens in the six minutes. */
const REMEMBERED = 20_000;

/** An event and how often it was observed. */
export interface Observed {
  readonly event: Draft<EventsGroupEvent>;
  count: number;
  /** Milliseconds since the epoch. */
  last: number;
  /** The count that the API server has or is about to be sent. */
  sent: number;
  sentAt: number;
}

/**
 * Tells repeated events apart from new ones and says when each is due to be written: at once the first and the second time,
 * from then on only when its series has ended or is in need of refreshing.
 */
export class EventSeries {
  readonly #clock: Clock;
  readonly #due: (observed: Observed) => void;
  /** By what makes events the same; from the one not observed for longest to the last observed. */
  readonly #observed = new Map<string, Observed>();

  /** @param due is called with what is to be written, in the order in which it is due */
  constructor(clock: Clock, due: (observed: Observed) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  get size(): number {
    return this.#observed.size;
  }

  observe(event: Draft<EventsGroupEvent>): void {
    const key = keyOf(event);
    const now = this.#clock.now();
    const observed = this.#observed.get(key) ?? { event, count: 0, last: now, sent: 0, sentAt: now };
    this.#observed.delete(key);
    this.#observed.set(key, observed);
    observed.count += 1;
    observed.last = now;
    if (observed.count <= 2) this.#send(observed);
    const [oldest] = this.#observed;
    if (this.#observed.size > REMEMBERED && oldest !== undefined) this.#finish(...oldest);
  }

  /** Ends the series that are over and refreshes the others where need be. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [key, observed] of this.#observed)
      if (now - observed.last > FINISH_MILLISECONDS) this.#finish(key, observed);
      else if (observed.count > 1 && now - observed.sentAt >= REFRESH_MILLISECONDS) this.#send(observed);
  }

  #finish(key: string, observed: Observed): void {
    this.#observed.delete(key);
    if (observed.count > observed.sent) this.#send(observed);
  }

  #send(observed: Observed): void {
    observed.sent = observed.count;
    observed.sentAt = this.#clock.now();
    this.#due(observed);
  }
}

/** The `series` of an event observed more than once. */
export function seriesOf({ count, last }: Observed): Pick<EventsGroupEvent, 'series'> {
  return count === 1 ? {} : { series: { count, lastObservedTime: formatMicroTime(last) } };
}

/** The note is not part of it: a pod that fits nowhere for changing reasons has one event, with the first of them. */
function keyOf({ type, action, reason, reportingController, reportingInstance, regarding }: Draft<EventsGroupEvent>): string {
  return JSON.stringify([type, action, reason, reportingController, reportingInstance, regarding]);
}
