import type { Revision, StoredRecord, StoreEvent } from '@keelson/storage';
import { CacheEvent } from './cache-event';
import { CachedObject, type Selection } from './cached-object';
import { EventHistory } from './event-history';
import { ObjectTable } from './object-table';
import type { StoredJson } from './stored-json';
import { WatcherIndex, type Watcher } from './watcher-index';

/** What the cache must know of a resource; nothing else in this folder depends on kinds. */
export interface CachedResource {
  /** `/registry/pods/`; every key below it is one of this resource's objects. */
  readonly prefix: string;
  readonly namespaced: boolean;
  readonly storedJson: StoredJson;
  readonly indexedFields: readonly string[];
  /** Reads what selection needs off an object's bytes. */
  readonly selectionOf: (json: Buffer) => Selection;
  /** Brings a value that `storedJson` does not fit (written by another server: protobuf, another version) into its form. */
  convert(value: Uint8Array): Uint8Array;
}

/**
 * The current state and the latest changes of one resource, in the order in which the store made them.
 * Written only by the hub; everyone else reads, synchronously.
 */
export class ResourceCache {
  readonly resource: CachedResource;
  readonly objects = new ObjectTable();
  readonly watchers: WatcherIndex;
  readonly #history: EventHistory;
  #lastChange: Revision;
  /** By revision; what this server wrote and has not yet heard of from the store. */
  readonly #written = new Map<Revision, CachedObject>();

  constructor(resource: CachedResource, revision: Revision) {
    this.resource = resource;
    this.watchers = new WatcherIndex(resource.indexedFields);
    this.#history = new EventHistory(revision);
    this.#lastChange = revision;
  }

  /** @returns the changes after `revision` in order, or undefined if the cache no longer has them all */
  changesAfter(revision: Revision): readonly CacheEvent[] | undefined {
    return this.#history.after(revision);
  }

  get oldestRevision(): Revision {
    return this.#history.floor;
  }

  /** The revision of the last change, or of the first load. */
  get lastChange(): Revision {
    return this.#lastChange;
  }

  /** Fills an empty cache; no events. */
  load(record: StoredRecord): void {
    this.objects.set(this.toCached(record));
  }

  apply(change: Exclude<StoreEvent, { type: 'progress' }>, at: number): void {
    if (change.type === 'put') this.#put(this.#takeWritten(change.record) ?? this.toCached(change.record), at);
    else this.#delete(change.key, change.revision, at);
  }

  /** What this server has just written; when the store tells of it, the cache takes this very object instead of making it again. */
  written(record: StoredRecord): CachedObject {
    const object = this.toCached(record);
    // The store may have been quicker to tell those who follow it than to answer.
    if (record.revision > this.#lastChange) this.#written.set(record.revision, object);
    return object;
  }

  add(watcher: Watcher): () => void {
    return this.watchers.add(watcher);
  }

  /** A stored record as the cache holds it. */
  toCached({ key, value, revision }: StoredRecord): CachedObject {
    const { storedJson } = this.resource;
    const stored = storedJson.fits(value) ? value : this.resource.convert(value);
    return new CachedObject({ ...this.nameOf(key), revision }, storedJson.withRevision(stored, revision), this.resource.selectionOf);
  }

  nameOf(key: string): { namespace: string; name: string } {
    const rest = key.slice(this.resource.prefix.length);
    const slash = this.resource.namespaced ? rest.indexOf('/') : -1;
    return slash < 0 ? { namespace: '', name: rest } : { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
  }

  keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
    return this.resource.prefix + (this.resource.namespaced ? `${namespace}/${name}` : name);
  }

  #takeWritten({ key, revision }: StoredRecord): CachedObject | undefined {
    const object = this.#written.get(revision);
    for (const older of this.#written.keys()) {
      if (older > revision) break;
      // Events come in order: what is older than this one was told of while the connection to the store was lost.
      this.#written.delete(older);
    }
    return object !== undefined && this.keyOf(object) === key ? object : undefined;
  }

  #put(object: CachedObject, at: number): void {
    const current = this.objects.get(object.namespace, object.name);
    if (current !== undefined && current.revision >= object.revision) return;
    const previous = this.objects.set(object);
    this.#publish({ revision: object.revision, object, previous, isDeletion: false, at });
  }

  #delete(key: string, revision: Revision, at: number): void {
    const { namespace, name } = this.nameOf(key);
    const previous = this.objects.delete(namespace, name);
    if (previous === undefined) return;
    this.#publish({ revision, object: this.#atRevision(previous, revision), previous, isDeletion: true, at });
  }

  #publish(change: Omit<ConstructorParameters<typeof CacheEvent>[0], 'departed'>): void {
    const departed = (): CachedObject =>
      change.isDeletion || change.previous === undefined ? change.object : this.#atRevision(change.previous, change.revision);
    const event = new CacheEvent({ ...change, departed });
    this.#history.add(event);
    this.#lastChange = event.revision;
    this.watchers.dispatch(event);
    // All who watch have them by now; kept, they would double what the history weighs.
    event.dropFrames();
  }

  /** The same state under a later revision, as a DELETED event shows it. */
  #atRevision(object: CachedObject, revision: Revision): CachedObject {
    const old = `"resourceVersion":"${object.revision}"`;
    const start = object.json.indexOf(old);
    const json = Buffer.concat([
      object.json.subarray(0, start),
      Buffer.from(`"resourceVersion":"${revision}"`),
      object.json.subarray(start + old.length),
    ]);
    return new CachedObject({ namespace: object.namespace, name: object.name, revision }, json, this.resource.selectionOf);
  }
}
