import type { Revision, StoreEvent } from '../store';
import { StoreUnavailable } from '../store-errors';
import type { Changes } from './history';

/** So many events wait for a slow consumer at most, and so many bytes of values. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;

type Batch = IteratorResult<readonly StoreEvent[], undefined>;

export interface WatchSource {
  /** The newest revision whose events have been offered to watches. */
  revision(): Revision;
  /** Part of the history after `from`. @throws RevisionCompacted */
  changes(prefix: string, from: Revision): Changes;
  /** Called once, when the watch is over. */
  ended(watch: LmdbWatch): void;
}

const OVER: Batch = { done: true, value: undefined };

/**
 * One watch, read by one consumer. It reads the history up to the present, then takes what it is offered. A consumer so slow that
 * its buffer fills up goes back to reading the history; if that has been compacted meanwhile, it ends with RevisionCompacted.
 */
export class LmdbWatch implements AsyncIterableIterator<readonly StoreEvent[], undefined> {
  readonly #prefix: string;
  readonly #source: WatchSource;
  /** All events up to here are with the consumer or in the buffer. */
  #position: Revision;
  /** All events up to here are with the consumer. Invariant: the buffer holds exactly the events in `(delivered, position]`. */
  #delivered: Revision;
  /** Empty unless {@link #live}. */
  #buffer: StoreEvent[] = [];
  #bufferedBytes = 0;
  /** Whether offers are taken; if not, `next` reads the history. */
  #live = false;
  #progressDue = false;
  /** The consumer, while it waits. Invariant: then the buffer is empty. */
  #waiting: ((batch: Batch) => void) | undefined;
  #over = false;

  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.end();

  constructor(source: WatchSource, { prefix, from, signal }: { prefix: string; from: Revision; signal: AbortSignal }) {
    this.#prefix = prefix;
    this.#position = from;
    this.#delivered = from;
    this.#source = source;
    this.#signal = signal;
    if (signal.aborted) this.#over = true;
    else signal.addEventListener('abort', this.#onAbort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Batch> {
    if (this.#over) return Promise.resolve(OVER);
    if (!this.#live) return this.#catchUp();
    if (this.#buffer.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  return(): Promise<Batch> {
    this.end();
    return Promise.resolve(OVER);
  }

  /** Ends the watch without error; what has not been delivered is dropped. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#buffer = [];
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#source.ended(this);
    this.#waiting?.(OVER);
    this.#waiting = undefined;
  }

  /** New events of all keys, in order, which bring the store to `revision`. */
  offer(events: readonly StoreEvent[], revision: Revision): void {
    if (!this.#live) return;
    for (const event of events) if (revisionOf(event) > this.#position && keyOf(event).startsWith(this.#prefix)) this.#push(event);
    this.#position = Math.max(this.#position, revision);
    if (this.#waiting !== undefined) this.#wake();
    else if (this.#buffer.length > MAX_EVENTS || this.#bufferedBytes > MAX_BYTES) this.#fallBehind();
  }

  /** Queues a progress event behind what is there. */
  progress(): void {
    if (!this.#live) {
      this.#progressDue = true;
      return;
    }
    if (this.#source.revision() < this.#position) return;
    if (this.#buffer.at(-1)?.type === 'progress') this.#buffer.pop();
    this.#buffer.push({ type: 'progress', revision: this.#position });
    this.#wake();
  }

  async #catchUp(): Promise<Batch> {
    try {
      while (!this.#over) {
        const batch = this.#readHistory();
        if (batch.length > 0) return { done: false, value: batch };
        if (this.#live) return await this.next();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return OVER;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  #readHistory(): readonly StoreEvent[] {
    const { events, through } = this.#source.changes(this.#prefix, this.#position);
    this.#position = Math.max(this.#position, through);
    this.#delivered = this.#position;
    if (this.#position < this.#source.revision()) return events;
    this.#live = true;
    this.#buffer = [...events];
    if (this.#progressDue) this.progress();
    this.#progressDue = false;
    return this.#take();
  }

  #push(event: StoreEvent): void {
    this.#buffer.push(event);
    if (event.type === 'put') this.#bufferedBytes += event.record.value.length;
  }

  #take(): readonly StoreEvent[] {
    const batch = this.#buffer;
    this.#buffer = [];
    this.#bufferedBytes = 0;
    this.#delivered = this.#position;
    return batch;
  }

  #fallBehind(): void {
    this.#live = false;
    this.#progressDue = this.#buffer.some((event) => event.type === 'progress');
    this.#position = this.#delivered;
    this.#buffer = [];
    this.#bufferedBytes = 0;
  }

  #wake(): void {
    if (this.#waiting === undefined || this.#buffer.length === 0) return;
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve({ done: false, value: this.#take() });
  }
}

/** A watch on a closed store. */
export function closedWatch(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new StoreUnavailable('the store is closed')) }) };
}

const revisionOf = (event: StoreEvent): Revision => (event.type === 'put' ? event.record.revision : event.revision);

const keyOf = (event: StoreEvent): string => (event.type === 'put' ? event.record.key : event.type === 'delete' ? event.key : '');
