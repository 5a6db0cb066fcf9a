import { eventsGroupEvents } from '@keelson/api';
import { formatMicroTime, sleep, StatusError, type Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { EventNames } from './event-names';
import type { ActionRecorder } from './event-recorder';
import { EventSeries, seriesOf, type Observed } from './event-series';
import { eventNamespace, referenceTo } from './event-subject';

/** As client-go: each write is tried so often, so far apart and up to a quarter more. */
const MAX_TRIES = 12;
const RETRY_MILLISECONDS = 10 * 1000;
const RETRY_JITTER = 0.25;

/** client-go writes all that is there at once, and waits with as much as there is; a few at a time, over one connection, are as fast. */
const MAX_WRITES = 8;
/** About 20 MB; a burst of pods is smaller, and a server that is away for so long has forgotten the first of them anyway. */
const MAX_WAITING = 20_000;

/** Between two looks at which series have ended. */
const SWEEP_MILLISECONDS = 6 * 60 * 1000;

export interface EventBroadcasterOptions {
  /** With a rate limit of its own, so that events never hold up the work they tell of. */
  readonly client: ApiClient;
  /** The machine's name. */
  readonly host: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Ends all: what waits then is dropped, and what is being written is not tried again. */
  readonly signal: AbortSignal;
}

/**
 * Writes events through `events.k8s.io/v1` (client-go's tools/events): several side by side, but never two writes of one event.
 * Invariant: a timer is set while and only while a series is remembered and the signal has not aborted.
 */
export class EventBroadcaster {
  readonly #options: EventBroadcasterOptions;
  readonly #names: EventNames;
  readonly #series: EventSeries;
  /** In the order in which they came due; an event that comes due again while it waits is written once, with the later count. */
  readonly #waiting = new Set<Observed>();
  /** Now being written; one that is due again meanwhile waits until it is. */
  readonly #writing = new Map<Observed, Promise<void>>();
  /** What the API server has had, so that a later count goes there as a patch. */
  readonly #written = new WeakSet<Observed>();
  /** Since nothing last waited. */
  #dropped = 0;
  #cancelSweep: (() => void) | undefined;

  constructor(options: EventBroadcasterOptions) {
    this.#options = options;
    this.#names = new EventNames(options.clock);
    this.#series = new EventSeries(options.clock, (observed) => this.#enqueue(observed));
    options.signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  /** @param reportingController who tells of it, such as `default-scheduler` */
  recorderFor(reportingController: string): ActionRecorder {
    const { clock, host, signal } = this.#options;
    const reportingInstance = `${reportingController}-${host}`;
    return {
      record: (regarding, event) => {
        if (signal.aborted) return;
        this.#series.observe({
          metadata: { name: this.#names.next(regarding.metadata.name), namespace: eventNamespace(regarding) },
          eventTime: formatMicroTime(clock.now()),
          regarding: referenceTo(regarding),
          ...event,
          reportingController,
          reportingInstance,
        });
        this.#sweepLater();
      },
    };
  }

  /** Resolves when everything that is due by now is written or given up. */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing.values());
  }

  #sweepLater(): void {
    if (this.#series.size === 0 || this.#options.signal.aborted) return;
    this.#cancelSweep ??= this.#options.clock.setTimeout(() => {
      this.#cancelSweep = undefined;
      this.#series.sweep();
      this.#sweepLater();
    }, SWEEP_MILLISECONDS);
  }

  #stop(): void {
    this.#cancelSweep?.();
    this.#dropped += this.#waiting.size;
    this.#waiting.clear();
    this.#reportDropped();
  }

  #enqueue(observed: Observed): void {
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(observed)) return this.#drop(observed);
    this.#waiting.add(observed);
    this.#writeNext();
  }

  /** Where thousands are dropped, a line for each would only make it worse: the first is named, and at the end the number. */
  #drop({ event: { reason, note } }: Observed): void {
    if (this.#dropped === 0)
      this.#options.log.warn('Too many events wait to be written, so this and later ones are dropped', { reason, note });
    this.#dropped += 1;
  }

  #reportDropped(): void {
    if (this.#dropped > 0) this.#options.log.warn('Events were dropped without being written', { count: this.#dropped });
    this.#dropped = 0;
  }

  #writeNext(): void {
    for (const observed of this.#waiting) {
      if (this.#writing.size >= MAX_WRITES) return;
      if (this.#writing.has(observed)) continue;
      this.#waiting.delete(observed);
      const written = this.#writeWithRetries(observed).finally(() => {
        this.#writing.delete(observed);
        this.#writeNext();
      });
      this.#writing.set(observed, written);
    }
    if (this.#waiting.size === 0) this.#reportDropped();
  }

  /** Never rejects. */
  async #writeWithRetries(observed: Observed): Promise<void> {
    const { clock, log, random, signal } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#write(observed);
        this.#written.add(observed);
        return;
      } catch (error) {
        // The server refused it, and will again.
        if (error instanceof StatusError || tries >= MAX_TRIES || signal.aborted) {
          const { reason, note } = observed.event;
          log.warn('An event could not be written and is lost', { error, reason, note });
          return;
        }
        await sleep(clock, RETRY_MILLISECONDS * (1 + RETRY_JITTER * random()), signal);
      }
    }
  }

  async #write(observed: Observed): Promise<void> {
    const resource = this.#options.client.resource(eventsGroupEvents);
    const { event, count } = observed;
    const { name, namespace } = event.metadata;
    observed.sent = count;
    const series = seriesOf(observed);
    if (this.#written.has(observed)) {
      try {
        await resource.patch({ namespace, name: name ?? '' }, { type: 'strategic', patch: series });
        return;
      } catch (error) {
        // Events live for an hour by default; one that has gone since starts over.
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    }
    try {
      await resource.create({ ...event, ...series });
    } catch (error) {
      // An earlier try arrived, and only its answer was lost.
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    }
  }
}
