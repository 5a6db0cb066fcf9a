import { posix } from 'node:path';
import type { DeleteResult, ListOptions, ListResult, PutResult, Revision, Store, StoredRecord, StoreEvent } from './store';

/** Where the registry has its keys, as far as it knows; upstream's default of `--etcd-prefix`, too. */
export const REGISTRY_ROOT = '/registry/';

/** @returns where keys lie for a value of `--etcd-prefix`, as upstream reads it: with a slash at either end */
export function keyRoot(prefix: string): string {
  const root = posix.join('/', prefix);
  return root.endsWith('/') ? root : `${root}/`;
}

/**
 * A part of a store that others share, each under a root of its own: what the registry has under `/registry/` lies under `root`. Other keys,
 * such as `compact_rev_key`, are everyone's, and so are revisions: compaction, progress and health are those of the whole store.
 */
export class RootedStore implements Store {
  readonly #store: Store;
  readonly #root: string;

  /** @param root ends in a slash */
  constructor(store: Store, root: string) {
    this.#store = store;
    this.#root = root;
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    return this.#inside(await this.#store.get(this.#outside(key)));
  }

  async list(prefix: string, { after, ...options }: ListOptions = {}): Promise<ListResult> {
    const from = after === undefined ? {} : { after: this.#outside(after) };
    const { records, ...rest } = await this.#store.list(this.#outside(prefix), { ...options, ...from });
    return { ...rest, records: records.map((record) => this.#inside(record)) };
  }

  async put(key: string, value: Uint8Array, options: Parameters<Store['put']>[2]): Promise<PutResult> {
    const result = await this.#store.put(this.#outside(key), value, options);
    if (result.type === 'conflict') return { ...result, current: this.#inside(result.current) };
    return { ...result, record: this.#inside(result.record) };
  }

  async delete(key: string, options: Parameters<Store['delete']>[1]): Promise<DeleteResult> {
    const result = await this.#store.delete(this.#outside(key), options);
    if (result.type === 'conflict') return { ...result, current: this.#inside(result.current) };
    return { ...result, previous: this.#inside(result.previous) };
  }

  async *watch(prefix: string, options: Parameters<Store['watch']>[1]): AsyncGenerator<readonly StoreEvent[]> {
    for await (const batch of this.#store.watch(this.#outside(prefix), options)) yield batch.map((event) => this.#eventInside(event));
  }

  currentRevision(): Promise<Revision> {
    return this.#store.currentRevision();
  }

  requestProgress(): void {
    this.#store.requestProgress();
  }

  compact(revision: Revision): Promise<void> {
    return this.#store.compact(revision);
  }

  check(): Promise<void> {
    return this.#store.check();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #outside(key: string): string {
    return key.startsWith(REGISTRY_ROOT) ? this.#root + key.slice(REGISTRY_ROOT.length) : key;
  }

  #inside<Found extends StoredRecord | undefined>(record: Found): Found {
    return record?.key.startsWith(this.#root) === true ? { ...record, key: this.#keyInside(record.key) } : record;
  }

  #keyInside(key: string): string {
    return key.startsWith(this.#root) ? REGISTRY_ROOT + key.slice(this.#root.length) : key;
  }

  #eventInside(event: StoreEvent): StoreEvent {
    if (event.type === 'progress') return event;
    const previous = event.previous === undefined ? {} : { previous: this.#inside(event.previous) };
    if (event.type === 'put') return { ...event, ...previous, record: this.#inside(event.record) };
    return { ...event, ...previous, key: this.#keyInside(event.key) };
  }
}
