import type { Clock } from '@keelson/apimachinery';
import type { DeleteResult, ListOptions, ListResult, PutResult, Revision, Store, StoredRecord, StoreEvent } from '../store';
import { StoreUnavailable } from '../store-errors';
import { CommitQueue } from './commit-queue';
import { compact } from './compaction';
import { readCounter } from './counters';
import { Expirations } from './expirations';
import { readChanges, readList, readRecord } from './history';
import { closedWatch, LmdbWatch, type WatchSource } from './lmdb-watch';
import type { Tables } from './tables';

/** LMDB's own limit, less what a version's row adds to the key. */
const MAX_KEY_BYTES = 1_900;

/** So many changes of the history are read at once; other work gets its turn in between. */
const CHANGES_PER_READ = 1_000;

/** How often a watch hears of progress unasked: as often as upstream's tests set etcd to. */
const PROGRESS_MILLISECONDS = 5_000;

export interface LmdbStoreDeps {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Called once when the store has been closed. */
  readonly release: () => Promise<void>;
}

/** The embedded store: one process, in one folder. See {@link Store} for the contract. */
export class LmdbStore implements Store {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #release: () => Promise<void>;
  readonly #queue: CommitQueue;
  readonly #expirations: Expirations;
  readonly #watches = new Set<LmdbWatch>();
  readonly #source: WatchSource;
  #cancelProgress: () => void;
  #closing: Promise<void> | undefined;

  constructor({ tables, clock, release }: LmdbStoreDeps) {
    this.#tables = tables;
    this.#clock = clock;
    this.#release = release;
    this.#queue = new CommitQueue(tables, (events, revision) => this.#publish(events, revision));
    this.#expirations = new Expirations({ tables, queue: this.#queue, clock });
    this.#source = this.#watchSource();
    this.#expirations.start();
    this.#cancelProgress = this.#scheduleProgress();
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#read(() => readRecord(this.#tables, key));
  }

  list(prefix: string, options?: ListOptions): Promise<ListResult> {
    return this.#read(() => readList(this.#tables, prefix, options));
  }

  async put(key: string, value: Uint8Array, { expected, ttl }: { readonly expected: Revision; readonly ttl?: number }): Promise<PutResult> {
    checkKey(key);
    const due = ttl === undefined ? undefined : Math.ceil(this.#clock.now() + ttl * 1_000);
    const result = await this.#queue.run((transaction) => transaction.put(key, expected, { value, due }));
    if (due !== undefined) this.#expirations.arm(due);
    return result;
  }

  delete(key: string, { expected }: { readonly expected: Revision }): Promise<DeleteResult> {
    return this.#queue.run((transaction) => transaction.delete(key, expected));
  }

  watch(prefix: string, { from, signal }: { readonly from: Revision; readonly signal: AbortSignal }): AsyncIterable<readonly StoreEvent[]> {
    if (this.#closing !== undefined) return closedWatch();
    const watch = new LmdbWatch(this.#source, { prefix, from, signal });
    if (!signal.aborted) this.#watches.add(watch);
    return watch;
  }

  currentRevision(): Promise<Revision> {
    return this.#read(() => readCounter(this.#tables, 'revision'));
  }

  requestProgress(): void {
    for (const watch of this.#watches) watch.progress();
  }

  compact(revision: Revision): Promise<void> {
    return compact(this.#tables, this.#queue, revision);
  }

  async check(): Promise<void> {
    this.#assertOpen();
    if (this.#queue.failure !== undefined) await this.#queue.probe();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelProgress();
    this.#expirations.close();
    await this.#queue.close();
    for (const watch of this.#watches) watch.end();
    await this.#tables.close();
    await this.#release();
  }

  #publish(events: readonly StoreEvent[], revision: Revision): void {
    for (const watch of this.#watches) watch.offer(events, revision);
  }

  #watchSource(): WatchSource {
    return {
      revision: () => this.#queue.revision,
      changes: (prefix, from) => readChanges(this.#tables, prefix, { from, until: this.#queue.revision, limit: CHANGES_PER_READ }),
      ended: (watch) => void this.#watches.delete(watch),
    };
  }

  #scheduleProgress(): () => void {
    return this.#clock.setTimeout(() => {
      this.requestProgress();
      this.#cancelProgress = this.#scheduleProgress();
    }, PROGRESS_MILLISECONDS);
  }

  #read<Result>(read: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      this.#assertOpen();
      resolve(read());
    });
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreUnavailable('the store is closed');
  }
}

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > MAX_KEY_BYTES || key.includes('\0'))
    throw new RangeError(`a key must have 1 to ${MAX_KEY_BYTES} bytes and no NUL: ${JSON.stringify(key.slice(0, 100))} has ${bytes} bytes`);
}
