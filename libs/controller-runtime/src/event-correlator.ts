import type { Event } from '@keelson/api';
import { formatTime, type Clock, type Draft } from '@keelson/apimachinery';
import { TokenBucket } from '@keelson/client';
import { BoundedMap } from './bounded-map';

/** client-go's EventCorrelator: so many keys are remembered, */
const REMEMBERED = 4096;
/** this many events of a source on an object pass at once and then one every five minutes, */
const SPAM_LIMIT = { qps: 1 / 300, burst: 25 };
/** and from the tenth distinct message on that comes within ten minutes of the last, events are written as one. */
const DISTINCT_MESSAGES = 10;
const AGGREGATION_MILLISECONDS = 10 * 60 * 1000;

/** What to do with an event: write it, raise the count of an earlier one, or drop it as spam. */
export type Correlation =
  | { readonly type: 'create'; readonly key: string; readonly event: Draft<Event> }
  | { readonly type: 'patch'; readonly key: string; readonly name: string; readonly event: Draft<Event> }
  | { readonly type: 'drop' };

interface Similar {
  readonly messages: Set<string>;
  last: number;
}

interface Written {
  name: string | undefined;
  count: number;
  first: string;
}

/**
 * Decides how events are written so that a loop that records the same thing for ever costs one object and few writes.
 * Forgetting a key only costs an event more.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #spam = new BoundedMap<TokenBucket>(REMEMBERED);
  readonly #similar = new BoundedMap<Similar>(REMEMBERED);
  readonly #written = new BoundedMap<Written>(REMEMBERED);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  correlate(event: Draft<Event>): Correlation {
    const { key, event: aggregated } = this.#aggregate(event);
    const written = this.#written.getOrAdd(key, () => ({ name: undefined, count: 0, first: formatTime(this.#clock.now()) }));
    written.count += 1;
    const counted = { ...aggregated, count: written.count, firstTimestamp: written.first };
    const spam = this.#spam.getOrAdd(keyOf(event, event.type), () => new TokenBucket(SPAM_LIMIT, this.#clock));
    if (!spam.tryTake()) return { type: 'drop' };
    return written.name === undefined
      ? { type: 'create', key, event: counted }
      : { type: 'patch', key, name: written.name, event: counted };
  }

  /** Remembers under which name the event of `key` was written, so that later ones raise its count. */
  wrote(key: string, name: string): void {
    const written = this.#written.get(key);
    if (written !== undefined) written.name = name;
  }

  #aggregate(event: Draft<Event>): { readonly key: string; readonly event: Draft<Event> } {
    const now = this.#clock.now();
    const key = keyOf(event, event.type, event.reason, event.reportingComponent, event.reportingInstance);
    const similar = this.#similar.getOrAdd(key, () => ({ messages: new Set(), last: now }));
    if (now - similar.last > AGGREGATION_MILLISECONDS) similar.messages.clear();
    similar.last = now;
    similar.messages.add(event.message ?? '');
    if (similar.messages.size < DISTINCT_MESSAGES)
      return { key: keyOf(event, event.involvedObject.fieldPath, event.type, event.reason, event.message), event };
    // Keeps the set at its limit; which message goes makes no difference.
    for (const message of similar.messages) {
      similar.messages.delete(message);
      break;
    }
    const message = `(combined from similar events): ${event.message ?? ''}`;
    // As client-go leaves it, it comes from a source but is reported by nobody in particular.
    return { key: `similar ${key}`, event: { ...event, message, reportingComponent: '', reportingInstance: '' } };
  }
}

function keyOf({ source, involvedObject }: Draft<Event>, ...more: readonly (string | undefined)[]): string {
  const { kind, namespace, name, uid, apiVersion } = involvedObject;
  return JSON.stringify([source?.component, source?.host, kind, namespace, name, uid, apiVersion, ...more]);
}
