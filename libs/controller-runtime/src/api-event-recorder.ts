import { events, type Event } from '@keelson/api';
import { formatTime, sleep, StatusError, type Clock, type DeepReadonly, type Draft, type KubernetesObject } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { EventCorrelator, type Correlation } from './event-correlator';
import { EventNames } from './event-names';
import { eventNamespace, referenceTo } from './event-subject';
import type { EventRecorder } from './event-recorder';

/** As client-go: more than this waiting to be written are dropped, and each write is tried so often, so far apart. */
const MAX_QUEUED = 1000;
const MAX_TRIES = 12;
const RETRY_MILLISECONDS = 10 * 1000;

export interface ApiEventRecorderOptions {
  readonly client: ApiClient;
  /** Who records, such as `replicaset-controller`, and on which host if that matters. */
  readonly source: { readonly component: string; readonly host?: string };
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the retries; what is queued then is still tried once. */
  readonly signal: AbortSignal;
}

/**
 * Writes events to the API, one after the other and in order, so that a later count never meets an event that is not there yet.
 * Invariant: `#writing` settles when the queue is empty, and never rejects.
 */
export class ApiEventRecorder implements EventRecorder {
  readonly #options: ApiEventRecorderOptions;
  readonly #correlator: EventCorrelator;
  readonly #names: EventNames;
  readonly #queue: Draft<Event>[] = [];
  #writing: Promise<void> | undefined;
  /** Since the queue was last empty. */
  #dropped = 0;

  constructor(options: ApiEventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock);
    this.#names = new EventNames(options.clock);
  }

  event(
    object: DeepReadonly<KubernetesObject>,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    { fieldPath }: { readonly fieldPath?: string } = {},
  ): void {
    if (this.#queue.length >= MAX_QUEUED) return this.#drop(reason, message);
    this.#queue.push(this.#eventOf(object, { type, reason, message, fieldPath }));
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined));
  }

  /** Resolves when everything recorded so far is written or given up. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Where thousands are dropped, a line for each would only make it worse: the first is named, and at the end the number. */
  #drop(reason: string, message: string): void {
    if (this.#dropped === 0)
      this.#options.log.warn('Too many events wait to be written, so this and later ones are dropped', { reason, message });
    this.#dropped += 1;
  }

  async #drain(): Promise<void> {
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      const correlation = this.#correlator.correlate(event);
      if (correlation.type !== 'drop') await this.#writeWithRetries(correlation);
    }
    if (this.#dropped > 0) this.#options.log.warn('Events were dropped because too many waited to be written', { count: this.#dropped });
    this.#dropped = 0;
  }

  async #writeWithRetries(correlation: Exclude<Correlation, { type: 'drop' }>): Promise<void> {
    const { clock, log, signal } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        const { metadata } = await this.#write(correlation);
        this.#correlator.wrote(correlation.key, metadata.name);
        return;
      } catch (error) {
        // The server refused it, and will again.
        if (error instanceof StatusError || tries >= MAX_TRIES || signal.aborted) {
          log.warn('An event could not be written and is lost', {
            error,
            reason: correlation.event.reason,
            message: correlation.event.message,
          });
          return;
        }
        await sleep(clock, RETRY_MILLISECONDS, signal);
      }
    }
  }

  async #write(correlation: Exclude<Correlation, { type: 'drop' }>): Promise<Event> {
    const resource = this.#options.client.resource(events);
    const { event } = correlation;
    if (correlation.type === 'create') return resource.create(event);
    const { count, message, lastTimestamp } = event;
    try {
      const name = { namespace: event.metadata.namespace, name: correlation.name };
      return await resource.patch(name, { type: 'strategic', patch: { count, message, lastTimestamp } });
    } catch (error) {
      // Events live for an hour by default; one that has gone since starts over.
      if (StatusError.is(error, 'NotFound')) return resource.create(event);
      throw error;
    }
  }

  #eventOf(
    object: DeepReadonly<KubernetesObject>,
    { type, reason, message, fieldPath }: { type: string; reason: string; message: string; fieldPath: string | undefined },
  ): Draft<Event> {
    const { source, clock } = this.#options;
    const now = formatTime(clock.now());
    return {
      metadata: { name: this.#names.next(object.metadata.name), namespace: eventNamespace(object) },
      involvedObject: { ...referenceTo(object), ...(fieldPath === undefined ? {} : { fieldPath }) },
      type,
      reason,
      message,
      source,
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }
}
