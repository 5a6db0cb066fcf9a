/** The store's version: 0 before the first write, then one more with every committed write. As etcd's revision. */
export type Revision = number;

/** One value under one key, as of one write. Immutable. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision of the write that made this value (etcd's `mod_revision`). */
  readonly revision: Revision;
}

/** A change, in the order of revisions. `previous` is absent on the first write of a key and present on every other. */
export type StoreEvent =
  | { readonly type: 'put'; readonly record: StoredRecord; readonly previous?: StoredRecord }
  | { readonly type: 'delete'; readonly key: string; readonly revision: Revision; readonly previous: StoredRecord }
  /** All changes up to `revision` have been delivered. */
  | { readonly type: 'progress'; readonly revision: Revision };

export type PutResult =
  | { readonly type: 'written'; readonly record: StoredRecord }
  /** Another write came first: the record that stands under the key now, or `undefined` if there is none. */
  | { readonly type: 'conflict'; readonly current: StoredRecord | undefined };

export type DeleteResult =
  | { readonly type: 'deleted'; readonly previous: StoredRecord; readonly revision: Revision }
  | { readonly type: 'conflict'; readonly current: StoredRecord | undefined };

export interface ListOptions {
  /** Only keys greater than this one; for the pages after the first. */
  readonly after?: string;
  /** At most this many records; 0 asks for the count and the revision alone. */
  readonly limit?: number;
  /** The store as it was at this revision; the newest if absent. */
  readonly revision?: Revision;
}

export interface ListResult {
  /** In the byte order of their keys. */
  readonly records: readonly StoredRecord[];
  /** The revision at which `records` was true. */
  readonly revision: Revision;
  /** How many records more lie behind the last one under the prefix. */
  readonly remaining: number;
}

/**
 * What the registry knows of a store. Keys are upstream's (`/registry/pods/ns/name`), values are opaque bytes.
 * Every method may be called concurrently with every other; every method rejects with {@link StoreUnavailable} when the store
 * can't be reached or is closed, and with {@link StoreRefused} when it can and won't. Implementations pass `storeConformance`.
 */
export interface Store {
  /** The newest record under `key`, linearizable: it sees every write acknowledged before the call. */
  get(key: string): Promise<StoredRecord | undefined>;

  /**
   * A consistent snapshot of the records whose keys start with `prefix`; linearizable unless `revision` is given.
   * @throws RevisionCompacted if `revision` lies before the store's oldest
   * @throws RevisionInFuture if `revision` lies after the store's newest
   */
  list(prefix: string, options?: ListOptions): Promise<ListResult>;

  /**
   * Writes `value` under `key` if the key's revision is still `expected` (0: the key must not exist).
   * Durable when it resolves: a crash after that cannot lose it.
   * @param options.ttl whole seconds after which the store deletes the record by itself; never sooner, and soon afterwards
   * @throws StoreUnavailable if it is not known whether the write took place; the caller must read before it writes again
   */
  put(key: string, value: Uint8Array, options: { readonly expected: Revision; readonly ttl?: number }): Promise<PutResult>;

  /** Deletes `key` if its revision is still `expected`. Durable as {@link put}; a missing key is a conflict without `current`. */
  delete(key: string, options: { readonly expected: Revision }): Promise<DeleteResult>;

  /**
   * Every change under `prefix` after `from`, exactly once, in order, without gaps, until `signal` aborts (then it ends without error).
   * Changes arrive in batches, each as many as were ready; a batch is never empty and never splits a revision. A progress event comes
   * when {@link requestProgress} asked for one, and from time to time while nothing changes.
   * @throws RevisionCompacted if `from` lies before the store's oldest revision; before the first event or at any time after
   */
  watch(prefix: string, options: { readonly from: Revision; readonly signal: AbortSignal }): AsyncIterable<readonly StoreEvent[]>;

  /** The newest revision, linearizable. Cheap: concurrent calls may share one round trip begun after each of them. */
  currentRevision(): Promise<Revision>;

  /** Asks for a progress event on every open watch, at or after the revision that is newest now; a hint that may be dropped. */
  requestProgress(): void;

  /** Forgets everything before `revision`: lists at and watches from an earlier one throw {@link RevisionCompacted} from then on. */
  compact(revision: Revision): Promise<void>;

  /** Whether the store answers; rejects with the reason if not. */
  check(): Promise<void>;

  /** Ends all watches, waits for the writes under way and frees everything. Idempotent. */
  close(): Promise<void>;
}
