import type { ClientDuplexStream } from '@grpc/grpc-js';
import { sleep, type Clock } from '@keelson/apimachinery';
import { keyRange } from '../key-range';
import type { Revision, StoredRecord, StoreEvent } from '../store';
import { RevisionCompacted } from '../store-errors';
import type { Endpoints } from './endpoints';
import { DELETE, toNumber, type Event, type KeyValue, type WatchRequest, type WatchResponse } from './messages';

type Stream = ClientDuplexStream<WatchRequest, WatchResponse>;
type Batch = IteratorResult<readonly StoreEvent[], undefined>;

/** So many events wait for a slow consumer before the stream is paused, which holds them back in etcd. */
const MAX_EVENTS = 10_000;

/** Waits between attempts to reach etcd again. */
const FIRST_BACKOFF_MILLISECONDS = 100;
const MAX_BACKOFF_MILLISECONDS = 5_000;

const OVER: Batch = { done: true, value: undefined };

/** etcd takes one zero byte as "to the end of all keys". */
export const END_OF_KEYS = Buffer.of(0);

export interface EtcdWatchDeps {
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  /**
   * Whether etcd can be asked how far it has come. Where it can't, all keys are watched, those of others too, so that every revision
   * shows in the stream: a change outside of the prefix is then progress.
   */
  readonly progressOnRequest: boolean;
  /** Called once, when the watch is over. */
  readonly ended: (watch: EtcdWatch) => void;
}

/** One watch, on a stream of its own, read by one consumer. When the stream breaks, another goes on behind what has been received. */
export class EtcdWatch implements AsyncIterableIterator<readonly StoreEvent[], undefined> {
  readonly #deps: EtcdWatchDeps;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.end();
  /** Ends the waiting between attempts. */
  readonly #stop = new AbortController();
  /** Everything up to here has been received. */
  #position: Revision;
  #buffer: StoreEvent[] = [];
  #stream: Stream | undefined;
  /** The consumer, while it waits. Invariant: then the buffer is empty. */
  #waiting: { readonly resolve: (batch: Batch) => void; readonly reject: (error: unknown) => void } | undefined;
  #failure: RevisionCompacted | undefined;
  #over = false;

  constructor(deps: EtcdWatchDeps, { prefix, from, signal }: { prefix: string; from: Revision; signal: AbortSignal }) {
    this.#deps = deps;
    this.#prefix = prefix;
    this.#position = from;
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#over = true;
    else void this.#receive();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Batch> {
    if (this.#buffer.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#failure !== undefined) return this.#fail(this.#failure);
    if (this.#over) return Promise.resolve(OVER);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  return(): Promise<Batch> {
    this.end();
    return Promise.resolve(OVER);
  }

  /** Ends the watch without error; what has not been delivered is dropped. */
  end(): void {
    this.#buffer = [];
    this.#failure = undefined;
    this.#finish();
    this.#waiting?.resolve(OVER);
    this.#waiting = undefined;
  }

  requestProgress(): void {
    this.#stream?.write({ progress_request: {} });
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#stop.abort();
    this.#stream?.cancel();
    this.#deps.ended(this);
  }

  async #receive(): Promise<void> {
    for (let attempt = 0; !this.#over; attempt++) {
      const before = this.#position;
      try {
        await this.#readStream(await this.#deps.endpoints.openWatch());
      } catch (error) {
        // Anything else is etcd out of reach, which passes.
        if (error instanceof RevisionCompacted) this.#failWith(error);
      }
      if (this.#position > before) attempt = 0;
      await sleep(this.#deps.clock, Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** attempt, MAX_BACKOFF_MILLISECONDS), this.#stop.signal);
    }
  }

  /** Takes in what the stream brings until it ends. */
  #readStream(stream: Stream): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (error?: Error): void => {
        this.#stream = undefined;
        stream.cancel();
        if (error === undefined) resolve();
        else reject(error);
      };
      stream.on('data', (response: WatchResponse) => {
        try {
          if (!this.#takeIn(response)) stop();
        } catch (error) {
          stop(error instanceof Error ? error : new Error('the watch could not be read', { cause: error }));
        }
      });
      stream.on('error', (error) => {
        if (this.#stream === stream) this.#deps.endpoints.failed(error);
        stop();
      });
      stream.on('end', () => stop());
      if (this.#over) return stop();
      this.#stream = stream;
      stream.write(this.#createRequest());
    });
  }

  #createRequest(): WatchRequest {
    const { start, end } = keyRange(this.#deps.progressOnRequest ? this.#prefix : '');
    const key = start.length > 0 ? start : END_OF_KEYS;
    const position = { key, range_end: end ?? END_OF_KEYS, start_revision: this.#position + 1 };
    return { create_request: { ...position, progress_notify: true, prev_kv: true } };
  }

  /**
   * @returns false if etcd has ended the watch for a reason that may pass
   * @throws RevisionCompacted
   */
  #takeIn(response: WatchResponse): boolean {
    const compacted = toNumber(response.compact_revision);
    if (compacted > 0) throw new RevisionCompacted(this.#position, compacted);
    if (response.canceled) {
      // etcd refuses an outdated token so, in words that differ from version to version.
      this.#deps.endpoints.renewToken();
      return false;
    }
    if (response.created) return true;
    if (response.events.length === 0) this.#takeProgress(toNumber(response.header.revision));
    else this.#takeEvents(response.events);
    this.#wake();
    if (this.#buffer.length > MAX_EVENTS) this.#stream?.pause();
    return true;
  }

  #takeProgress(revision: Revision): void {
    if (revision < this.#position) return;
    this.#position = revision;
    if (this.#buffer.at(-1)?.type === 'progress') this.#buffer.pop();
    this.#buffer.push({ type: 'progress', revision });
  }

  /** A response never splits a revision, so behind its last event everything up to there has been received. */
  #takeEvents(events: readonly Event[]): void {
    for (const event of events) if (this.#concerns(event)) this.#takeEvent(event);
    const last = events.at(-1);
    if (last !== undefined && !this.#concerns(last)) this.#takeProgress(toNumber(last.kv.mod_revision));
  }

  #concerns({ kv }: Event): boolean {
    return this.#deps.progressOnRequest || kv.key.toString().startsWith(this.#prefix);
  }

  #takeEvent(event: Event): void {
    const revision = toNumber(event.kv.mod_revision);
    this.#buffer.push(eventOf(event, revision));
    this.#position = revision;
  }

  #take(): readonly StoreEvent[] {
    const batch = this.#buffer;
    this.#buffer = [];
    this.#stream?.resume();
    return batch;
  }

  #wake(): void {
    if (this.#waiting === undefined || this.#buffer.length === 0) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ done: false, value: this.#take() });
  }

  #failWith(error: RevisionCompacted): void {
    this.#failure = error;
    this.#finish();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#fail(error).catch(waiting.reject);
  }

  /** The error is thrown once; afterwards the watch is over. */
  #fail(error: RevisionCompacted): Promise<never> {
    this.#failure = undefined;
    return Promise.reject(error);
  }
}

/** Protobuf leaves an empty value out, and protobufjs then shows an empty array. */
const NO_VALUE = new Uint8Array(0);

export const recordOf = (kv: KeyValue): StoredRecord => ({
  key: kv.key.toString(),
  value: kv.value.length === 0 ? NO_VALUE : kv.value,
  revision: toNumber(kv.mod_revision),
});

/** @throws RevisionCompacted if the value before is gone, which is so only behind a compaction */
function eventOf({ type, kv, prev_kv }: Event, revision: Revision): StoreEvent {
  const previous = prev_kv === null ? undefined : recordOf(prev_kv);
  if (type === DELETE) {
    if (previous === undefined) throw new RevisionCompacted(revision - 1, revision);
    return { type: 'delete', key: kv.key.toString(), revision, previous };
  }
  if (previous === undefined && toNumber(kv.create_revision) !== revision) throw new RevisionCompacted(revision - 1, revision);
  return { type: 'put', record: recordOf(kv), ...(previous !== undefined && { previous }) };
}
