import type { Clock } from '@keelson/apimachinery';
import { errorCode } from '../error-code';
import { keyRange } from '../key-range';
import type { DeleteResult, ListOptions, ListResult, PutResult, Revision, Store, StoredRecord, StoreEvent } from '../store';
import { RevisionCompacted, RevisionInFuture, StoreUnavailable } from '../store-errors';
import type { Endpoints } from './endpoints';
import { END_OF_KEYS, EtcdWatch, recordOf } from './etcd-watch';
import { NOT_FOUND, OUT_OF_RANGE } from './grpc-codes';
import { Leases } from './leases';
import { COMPACT, EQUAL, MOD, RANGE, toNumber, TXN, type Compare, type RangeResponse, type RequestOp, type TxnResponse } from './messages';
import { SharedRoundTrip } from './shared-round-trip';

export interface EtcdStoreDeps {
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  /** Whether a progress event that was asked for can be trusted; see `answersProgressSoundly`. */
  readonly progressOnRequest: boolean;
  /** A key that is never written: asking for it costs etcd nothing but to make sure of the revision. */
  readonly healthKey: string;
}

/** The store in an etcd cluster, shared with other apiservers. See {@link Store} for the contract. */
export class EtcdStore implements Store {
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #progressOnRequest: boolean;
  readonly #healthKey: string;
  readonly #leases: Leases;
  readonly #revision: SharedRoundTrip<Revision>;
  readonly #watches = new Set<EtcdWatch>();
  /** Writes begun and not ended, for `close` to wait for. */
  readonly #writes = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor({ endpoints, clock, healthKey, progressOnRequest }: EtcdStoreDeps) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#progressOnRequest = progressOnRequest;
    this.#healthKey = healthKey;
    this.#leases = new Leases(endpoints, clock);
    this.#revision = new SharedRoundTrip(() => this.#readRevision());
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    this.#assertOpen();
    const { kvs } = await this.#endpoints.read(RANGE, { key: Buffer.from(key) });
    return kvs[0] && recordOf(kvs[0]);
  }

  async list(prefix: string, { after, limit, revision }: ListOptions = {}): Promise<ListResult> {
    this.#assertOpen();
    const { start, end } = keyRange(prefix, after);
    if (end !== undefined && Buffer.compare(start, end) >= 0) return this.#listNothing(prefix, revision);
    const request = {
      key: start.length > 0 ? start : END_OF_KEYS,
      range_end: end ?? END_OF_KEYS,
      ...(limit === 0 ? { count_only: true } : limit !== undefined && { limit }),
      ...(revision !== undefined && { revision }),
    };
    const response = await this.#endpoints.read(RANGE, request).catch((error: unknown) => this.#refuse(error, revision));
    return listOf(response, revision);
  }

  put(key: string, value: Uint8Array, { expected, ttl }: { readonly expected: Revision; readonly ttl?: number }): Promise<PutResult> {
    return this.#write(() => (ttl === undefined ? this.#put(key, value, expected) : this.#putWithLease(key, value, { expected, ttl })));
  }

  delete(key: string, { expected }: { readonly expected: Revision }): Promise<DeleteResult> {
    return this.#write(async () => {
      if (expected === 0) return { type: 'conflict', current: await this.get(key) };
      const bytes = Buffer.from(key);
      const response = await this.#compareAndSwap(bytes, expected, { request_delete_range: { key: bytes, prev_kv: true } });
      const previous = response.responses[0]?.response_delete_range?.prev_kvs[0];
      if (!response.succeeded) return { type: 'conflict', current: currentOf(response) };
      if (previous === undefined) throw new StoreUnavailable(`etcd deleted ${key} and did not say what it deleted`);
      return { type: 'deleted', previous: recordOf(previous), revision: toNumber(response.header.revision) };
    });
  }

  watch(prefix: string, { from, signal }: { readonly from: Revision; readonly signal: AbortSignal }): AsyncIterable<readonly StoreEvent[]> {
    if (this.#closing !== undefined) return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(closed()) }) };
    const ended = (watch: EtcdWatch): void => void this.#watches.delete(watch);
    const deps = { endpoints: this.#endpoints, clock: this.#clock, progressOnRequest: this.#progressOnRequest, ended };
    const watch = new EtcdWatch(deps, { prefix, from, signal });
    if (!signal.aborted) this.#watches.add(watch);
    return watch;
  }

  currentRevision(): Promise<Revision> {
    return this.#closing === undefined ? this.#revision.run() : Promise.reject(closed());
  }

  requestProgress(): void {
    if (this.#progressOnRequest) for (const watch of this.#watches) watch.requestProgress();
  }

  async compact(revision: Revision): Promise<void> {
    await this.#write(async () => {
      try {
        await this.#endpoints.write(COMPACT, { revision });
      } catch (error) {
        if (isFuture(error)) throw new RevisionInFuture(revision, await this.#readRevision());
        if (!isCompacted(error)) throw error;
      }
    });
  }

  async check(): Promise<void> {
    await this.currentRevision();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#writes);
    for (const watch of this.#watches) watch.end();
    this.#endpoints.close();
  }

  /** The write goes on to its end even if the store is closed meanwhile. */
  #write<Result>(write: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    const result = write();
    this.#writes.add(result);
    const forget = (): void => void this.#writes.delete(result);
    result.then(forget, forget);
    return result;
  }

  async #put(key: string, value: Uint8Array, expected: Revision, lease?: Awaited<ReturnType<Leases['acquire']>>): Promise<PutResult> {
    const bytes = Buffer.from(key);
    const response = await this.#compareAndSwap(bytes, expected, {
      request_put: { key: bytes, value, ...(lease !== undefined && { lease }) },
    });
    if (!response.succeeded) return { type: 'conflict', current: currentOf(response) };
    return { type: 'written', record: { key, value, revision: toNumber(response.header.revision) } };
  }

  async #putWithLease(key: string, value: Uint8Array, { expected, ttl }: { expected: Revision; ttl: number }): Promise<PutResult> {
    try {
      return await this.#put(key, value, expected, await this.#leases.acquire(ttl));
    } catch (error) {
      if (errorCode(error) !== NOT_FOUND) throw error;
      // Someone has revoked the shared lease; nothing has been written.
      this.#leases.reset();
      return this.#put(key, value, expected, await this.#leases.acquire(ttl));
    }
  }

  #compareAndSwap(key: Buffer, expected: Revision, then: RequestOp): Promise<TxnResponse> {
    const compare: Compare = { result: EQUAL, target: MOD, key, mod_revision: expected };
    return this.#endpoints.write(TXN, { compare: [compare], success: [then], failure: [{ request_range: { key } }] });
  }

  async #readRevision(): Promise<Revision> {
    const { header } = await this.#endpoints.read(RANGE, { key: Buffer.from(this.#healthKey), count_only: true });
    return toNumber(header.revision);
  }

  /** etcd takes a range whose end lies before its start for an error; the revision is checked all the same. */
  async #listNothing(prefix: string, revision: Revision | undefined): Promise<ListResult> {
    const counted = await this.list(prefix, { limit: 0, ...(revision !== undefined && { revision }) });
    return { records: [], revision: counted.revision, remaining: 0 };
  }

  async #refuse(error: unknown, revision: Revision | undefined): Promise<never> {
    if (revision === undefined) throw error;
    if (isFuture(error)) throw new RevisionInFuture(revision, await this.#readRevision());
    if (isCompacted(error)) throw await this.#compactedSince(revision);
    throw error;
  }

  /** A list is refused without the oldest revision; a watch is refused with it. */
  async #compactedSince(revision: Revision): Promise<unknown> {
    const stop = new AbortController();
    try {
      const watch = this.watch(this.#healthKey, { from: revision - 1, signal: stop.signal });
      await watch[Symbol.asyncIterator]().next();
      return new StoreUnavailable(`etcd has forgotten revision ${revision} and did not say which is its oldest`);
    } catch (error) {
      return error instanceof RevisionCompacted ? new RevisionCompacted(revision, error.oldest) : error;
    } finally {
      stop.abort();
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function listOf({ header, kvs, count }: RangeResponse, revision: Revision | undefined): ListResult {
  return { records: kvs.map(recordOf), revision: revision ?? toNumber(header.revision), remaining: toNumber(count) - kvs.length };
}

function currentOf({ responses }: TxnResponse): StoredRecord | undefined {
  const kv = responses[0]?.response_range?.kvs[0];
  return kv && recordOf(kv);
}

const closed = (): StoreUnavailable => new StoreUnavailable('the store is closed');

const isCompacted = (error: unknown): boolean => isOutOfRange(error, 'compacted');
const isFuture = (error: unknown): boolean => isOutOfRange(error, 'future');

/** etcd has one code for both and tells them apart in its sentence. */
function isOutOfRange(error: unknown, word: string): boolean {
  return errorCode(error) === OUT_OF_RANGE && error instanceof Object && 'message' in error && String(error.message).includes(word);
}
