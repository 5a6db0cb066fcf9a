import { eventsV1, type EventV1 } from '@keelson/api';
import {
  formatMicroTime,
  sleep,
  StatusError,
  type Clock,
  type DeepReadonly,
  type Draft,
  type KubernetesObject,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { ActionRecorder } from './event-recorder';

/** As client-go (tools/events): more than this waiting to be written are dropped, and each write is tried so often, so far apart. */
const MAX_WAITING = 1000;
const MAX_TRIES = 12;
const RETRY_MILLISECONDS = 10 * 1000;
/** A series ends when nothing more of it came for so long; */
const SERIES_MILLISECONDS = 6 * 60 * 1000;
/** one that goes on is written again this often, lest its Event expires. */
const REFRESH_MILLISECONDS = 30 * 60 * 1000;
/** Writes under way at once. */
const MAX_WRITES = 10;

export interface EventSeriesRecorderOptions {
  readonly client: ApiClient;
  /** Who records, such as `default-scheduler`. */
  readonly reportingController: string;
  /** Which of those that bear this name: client-go adds the host's. */
  readonly reportingInstance: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the retries and the counting of series; what waits then is still tried once. */
  readonly signal: AbortSignal;
}

type NamedEvent = Draft<EventV1> & { readonly metadata: { readonly name: string; readonly namespace: string } };

/** Events that are alike but for their time and note: the first as it was written, and how often and when the latest came. */
interface Series {
  readonly event: NamedEvent;
  count: number;
  /** By the clock's monotonic time. */
  observed: number;
  written: number;
  lastObservedTime: string;
  /** Waits in `#waiting`. */
  isWaiting: boolean;
  isBeingWritten: boolean;
}

/**
 * Writes Events to `events.k8s.io/v1`: the first of a kind at once, the second as the beginning of a series, later ones by raising a count that is written when the
 * series ends.
 * Invariants: a series is in `#waiting` at most once and never written twice at a time, so that a count never meets an Event that is not there yet; `#isSweeping` as
 * long as `#series` is not empty.
 */
export class EventSeriesRecorder implements ActionRecorder {
  readonly #options: EventSeriesRecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #waiting: Series[] = [];
  readonly #writes = new Set<Promise<void>>();
  #isSweeping = false;
  /** Since the queue was last empty. */
  #dropped = 0;
  /** Keeps apart the names of events of one millisecond. */
  #recorded = 0;

  constructor(options: EventSeriesRecorderOptions) {
    this.#options = options;
  }

  record(regarding: DeepReadonly<KubernetesObject>, about: Parameters<ActionRecorder['record']>[1]): void {
    const event = this.#eventOf(regarding, about);
    const key = JSON.stringify([event.type, event.action, event.reason, event.regarding]);
    const series = this.#series.get(key);
    if (series === undefined) return this.#begin(key, event);
    series.count += 1;
    series.observed = this.#options.clock.monotonic();
    series.lastObservedTime = event.eventTime;
    if (series.count === 2) this.#write(series);
  }

  /** Resolves when everything recorded so far is written or given up, but for the counts of series that go on. */
  async flush(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  #begin(key: string, event: NamedEvent): void {
    if (this.#waiting.length >= MAX_WAITING) return this.#drop(event);
    const now = this.#options.clock.monotonic();
    const series = {
      event,
      count: 1,
      observed: now,
      written: now,
      lastObservedTime: event.eventTime,
      isWaiting: false,
      isBeingWritten: false,
    };
    this.#series.set(key, series);
    this.#write(series);
    if (!this.#isSweeping) void this.#sweep();
  }

  /** Where thousands are dropped, a line for each would only make it worse: the first is named, and at the end the number. */
  #drop({ note, reason }: Draft<EventV1>): void {
    if (this.#dropped === 0)
      this.#options.log.warn('Too many events wait to be written, so this and later ones are dropped', { reason, note });
    this.#dropped += 1;
  }

  #write(series: Series): void {
    if (series.isWaiting) return;
    series.isWaiting = true;
    this.#waiting.push(series);
    if (this.#writes.size >= MAX_WRITES) return;
    const writer = this.#drain().finally(() => this.#writes.delete(writer));
    this.#writes.add(writer);
  }

  async #drain(): Promise<void> {
    for (let series = this.#next(); series !== undefined; series = this.#next()) {
      series.isWaiting = false;
      series.isBeingWritten = true;
      await this.#writeWithRetries(series);
      series.isBeingWritten = false;
    }
    if (this.#waiting.length > 0 || this.#dropped === 0) return;
    this.#options.log.warn('Events were dropped because too many waited to be written', { count: this.#dropped });
    this.#dropped = 0;
  }

  /** The first that no other writer holds; that writer takes such a one when it is through. */
  #next(): Series | undefined {
    const index = this.#waiting.findIndex(({ isBeingWritten }) => !isBeingWritten);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  async #writeWithRetries(series: Series): Promise<void> {
    const { clock, log, signal } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#send(series);
        return;
      } catch (error) {
        // The server refused it, and will again.
        if (error instanceof StatusError || tries >= MAX_TRIES || signal.aborted) {
          const { note, reason } = series.event;
          log.warn('An event could not be written and is lost', { error, reason, note });
          return;
        }
        await sleep(clock, RETRY_MILLISECONDS, signal);
      }
    }
  }

  async #send(series: Series): Promise<void> {
    const resource = this.#options.client.resource(eventsV1);
    const { count, event, lastObservedTime } = series;
    series.written = this.#options.clock.monotonic();
    if (count === 1) {
      await resource.create(event);
      return;
    }
    const counted = { series: { count, lastObservedTime } };
    try {
      await resource.patch(event.metadata, { type: 'strategic', patch: counted });
    } catch (error) {
      // Events live for an hour by default; one that has gone since starts over.
      if (!StatusError.is(error, 'NotFound')) throw error;
      await resource.create({ ...event, ...counted });
    }
  }

  /** Ends the series that nothing was added to, until none is left. */
  async #sweep(): Promise<void> {
    const { clock, signal } = this.#options;
    this.#isSweeping = true;
    while (this.#series.size > 0 && !signal.aborted) {
      await sleep(clock, SERIES_MILLISECONDS, signal);
      const now = clock.monotonic();
      for (const [key, series] of this.#series) {
        const isOver = now - series.observed >= SERIES_MILLISECONDS;
        if (isOver) this.#series.delete(key);
        if (series.count > 1 && (isOver || now - series.written >= REFRESH_MILLISECONDS)) this.#write(series);
      }
    }
    this.#isSweeping = false;
  }

  #eventOf({ apiVersion, kind, metadata }: DeepReadonly<KubernetesObject>, about: Parameters<ActionRecorder['record']>[1]): NamedEvent {
    const { clock, reportingController, reportingInstance } = this.#options;
    const { name, resourceVersion, uid } = metadata;
    const namespace = metadata.namespace ?? '';
    this.#recorded = (this.#recorded + 1) % 1_000_000;
    const nanoseconds = BigInt(Math.trunc(clock.now())) * 1_000_000n + BigInt(this.#recorded);
    return {
      metadata: { name: `${name}.${nanoseconds.toString(16)}`, namespace: namespace === '' ? 'default' : namespace },
      eventTime: formatMicroTime(clock.now()),
      reportingController,
      reportingInstance,
      ...about,
      regarding: {
        ...(kind === undefined ? {} : { kind }),
        ...(apiVersion === undefined ? {} : { apiVersion }),
        ...(namespace === '' ? {} : { namespace }),
        name,
        uid,
        resourceVersion,
      },
    };
  }
}
