import { sleep, StatusError, type Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { RevisionCompacted, type Revision, type Store, type StoredRecord, type StoreEvent } from '@keelson/storage';
import { ResourceCache, type CachedResource } from './resource-cache';

const LOAD_PAGE = 5000;
const ROOT = '/registry/';
/** How long a read waits for the cache to reach the store's revision; as upstream's blockTimeout. */
const FRESHNESS_MILLISECONDS = 3000;
/** When the cache does not catch up by itself within this time, the store is asked for a progress event. */
const PROGRESS_AFTER_MILLISECONDS = 20;
const RETRY_MILLISECONDS = 500;

export interface CacheHubDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps the caches of all resources with one list and one watch of the whole store. One watch gives all caches one revision: what the hub
 * has seen, every cache has applied, so that one comparison tells whether a read is consistent.
 */
export class CacheHub {
  readonly #deps: CacheHubDeps;
  readonly #caches = new Map<string, ResourceCache>();
  /** Every change up to here is applied; never goes back. */
  #revision: Revision = 0;
  /** Who waits for a revision, in no order; short, since the cache is rarely behind. */
  readonly #waiting = new Set<{ readonly revision: Revision; readonly wake: () => void }>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** @throws Error if two resources are stored in one place: each would take the other's objects for its own */
  constructor(deps: CacheHubDeps, resources: readonly CachedResource[]) {
    this.#deps = deps;
    for (const resource of resources) {
      if (this.#caches.has(resource.prefix)) throw new Error(`two resources are stored under ${resource.prefix}`);
      this.#caches.set(resource.prefix, new ResourceCache(resource, 0));
    }
  }

  get revision(): Revision {
    return this.#revision;
  }

  /** @throws Error if no resource was given with that prefix */
  cache(prefix: string): ResourceCache {
    const cache = this.#caches.get(prefix);
    if (cache === undefined) throw new Error(`no resource is cached under ${prefix}`);
    return cache;
  }

  /** Loads everything, then follows the store until {@link close}. Resolves when the caches are whole. */
  async start(): Promise<void> {
    await this.#load();
    this.#running = this.#follow();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Resolves when every write acknowledged before the call is in the caches. @throws StatusError Timeout */
  async fresh(): Promise<Revision> {
    const revision = await this.#deps.store.currentRevision();
    await this.reached(revision);
    return revision;
  }

  /** Resolves when the caches have applied `revision`. @throws StatusError Timeout if that takes too long, as for a revision that is not there yet */
  reached(revision: Revision): Promise<void> {
    if (revision <= this.#revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        this.#waiting.delete(entry);
        cancelProgress();
        cancelTimeout();
        end();
      };
      const entry = { revision, wake: () => finish(resolve) };
      const { clock, store } = this.#deps;
      const cancelProgress = clock.setTimeout(() => store.requestProgress(), PROGRESS_AFTER_MILLISECONDS);
      const tooLarge = (): StatusError =>
        StatusError.of('Timeout', `Timeout: Too large resource version: ${revision}, current: ${this.#revision}`, {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        });
      const cancelTimeout = clock.setTimeout(() => finish(() => reject(tooLarge())), FRESHNESS_MILLISECONDS);
      this.#waiting.add(entry);
    });
  }

  async #load(): Promise<void> {
    const records = await this.#readAll();
    for (const [prefix, { resource }] of this.#caches) this.#caches.set(prefix, new ResourceCache(resource, records.revision));
    for (const record of records.all) this.#route(record.key)?.load(record);
    this.#advance(records.revision);
  }

  async #readAll(): Promise<{ all: StoredRecord[]; revision: Revision }> {
    const { store } = this.#deps;
    const first = await store.list(ROOT, { limit: LOAD_PAGE });
    const all = [...first.records];
    for (let page = first; page.remaining > 0;) {
      page = await store.list(ROOT, { limit: LOAD_PAGE, after: all.at(-1)?.key ?? '', revision: first.revision });
      for (const record of page.records) all.push(record);
    }
    return { all, revision: first.revision };
  }

  async #follow(): Promise<void> {
    const { clock, log, store } = this.#deps;
    while (!this.#stop.signal.aborted) {
      try {
        for await (const batch of store.watch(ROOT, { from: this.#revision, signal: this.#stop.signal })) this.#apply(batch);
      } catch (error) {
        log.warn('The watch on the store broke off and is started anew', { error });
        await sleep(clock, RETRY_MILLISECONDS, this.#stop.signal);
        if (error instanceof RevisionCompacted)
          await this.#resync().catch((cause: unknown) => log.error('The store could not be read', { error: cause }));
      }
    }
  }

  #apply(batch: readonly StoreEvent[]): void {
    const at = this.#deps.clock.monotonic();
    let revision = this.#revision;
    for (const event of batch) {
      if (event.type !== 'progress') this.#route(event.type === 'put' ? event.record.key : event.key)?.apply(event, at);
      revision = Math.max(revision, event.type === 'put' ? event.record.revision : event.revision);
    }
    this.#advance(revision);
  }

  /** The store has forgotten what came after our last event: read everything and apply what differs. */
  async #resync(): Promise<void> {
    const { all, revision } = await this.#readAll();
    const present = new Set(all.map(({ key }) => key));
    const at = this.#deps.clock.monotonic();
    for (const cache of this.#caches.values())
      for (const object of [...cache.objects.inOrder()])
        if (!present.has(cache.keyOf(object)))
          cache.apply(
            {
              type: 'delete',
              key: cache.keyOf(object),
              revision,
              previous: { key: cache.keyOf(object), value: object.json, revision: object.revision },
            },
            at,
          );
    for (const record of all.sort((a, b) => a.revision - b.revision)) this.#route(record.key)?.apply({ type: 'put', record }, at);
    this.#advance(revision);
  }

  #advance(revision: Revision): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    for (const waiting of this.#waiting) if (waiting.revision <= revision) waiting.wake();
  }

  /** Prefixes are one or two segments long (`pods/`, `services/specs/`, `apiregistration.k8s.io/apiservices/`). */
  #route(key: string): ResourceCache | undefined {
    const first = key.indexOf('/', ROOT.length) + 1;
    if (first === 0) return undefined;
    const cache = this.#caches.get(key.slice(0, first));
    if (cache !== undefined) return cache;
    const second = key.indexOf('/', first) + 1;
    return second === 0 ? undefined : this.#caches.get(key.slice(0, second));
  }
}
