import { sleep, StatusError, type Clock, type DeepReadonly, type KubernetesObject } from '@keelson/apimachinery';
import type { ResourceClient, WatchEvent } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { Backoff } from './backoff';
import type { ObjectCache } from './object-cache';

/** A watch is asked to end after this to twice this, so that watches move to other servers now and then. */
const MIN_WATCH_SECONDS = 5 * 60;

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ReflectorOptions<T extends KubernetesObject> {
  readonly client: ResourceClient<T>;
  readonly cache: ObjectCache<T>;
  readonly selection: Selection;
  /** What of an object is kept; all if absent. */
  readonly transform?: ((object: T) => T) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/**
 * Keeps a cache like its resource: a list, then watches, each from where the last one ended; another list when the server no longer
 * knows that version (410), after a pause that grows while it happens again and again.
 * Invariant: the cache holds the state as of `#version`; it is empty before the first list and after one that was refused as too old.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  #version = '';
  #listed = false;
  /** Until a server refuses it, the list comes as the first events of a watch (KEP-3157): it needs no memory for a whole page. */
  #streamsLists = true;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random);
  }

  /** Runs until `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failed = await this.#step(signal);
      if (failed) await sleep(this.#options.clock, this.#backoff.next(), signal);
    }
  }

  /** One list or one watch, to its end. @returns whether it failed, so that the next must wait */
  async #step(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#listed) await this.#watch(signal);
      else if (this.#streamsLists) await this.#streamList(signal);
      else await this.#list(signal);
      return false;
    } catch (error) {
      return !signal.aborted && this.#failed(error);
    }
  }

  #failed(error: unknown): boolean {
    const { log } = this.#options;
    if (!this.#listed && this.#streamsLists && refusesStreaming(error)) {
      this.#streamsLists = false;
      log.v(4, 'The server does not stream lists, so they are asked for as usual', { error });
      return false;
    }
    if (isExpired(error)) {
      log.v(2, 'The watch became too old and starts over with a list', { error });
      // A list that was refused as too old must not ask for that version again.
      if (!this.#listed) this.#version = '';
      this.#listed = false;
    } else {
      log.warn(this.#listed ? 'Watch failed and is resumed' : 'List failed and is tried again', { error });
    }
    return true;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, cache, selection } = this.#options;
    // Any version will do at first, which spares the store; later none that is older than what has been seen.
    const asked = this.#version === '' && !cache.hasSynced ? '0' : this.#version;
    const { items, resourceVersion } = await client.list({ ...selection, resourceVersion: asked, signal });
    this.#finishList(
      items.map((item) => this.#kept(item)),
      resourceVersion,
    );
  }

  async #streamList(signal: AbortSignal): Promise<void> {
    const { client, selection } = this.#options;
    const objects = new Map<string, DeepReadonly<T>>();
    const events = client.watch({ ...selection, ...this.#watchOptions(), sendInitialEvents: true, resourceVersion: this.#version, signal });
    for await (const event of events) {
      if (this.#listed) this.#apply(event);
      else if (event.type !== 'BOOKMARK') objects.set(event.object.metadata.uid, this.#kept(event.object));
      else if (event.initialEventsEnd) this.#finishList([...objects.values()], event.resourceVersion);
    }
    if (!this.#listed && !signal.aborted) throw new Error('the watch ended before its initial events did');
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, selection, clock } = this.#options;
    const start = clock.monotonic();
    let events = 0;
    for await (const event of client.watch({ ...selection, ...this.#watchOptions(), resourceVersion: this.#version, signal })) {
      this.#apply(event);
      events += 1;
    }
    if (events === 0 && clock.monotonic() - start < 1000 && !signal.aborted) throw new Error('the watch ended at once, without an event');
  }

  #watchOptions(): { readonly allowWatchBookmarks: true; readonly timeoutSeconds: number } {
    return { allowWatchBookmarks: true, timeoutSeconds: Math.floor(MIN_WATCH_SECONDS * (1 + this.#options.random())) };
  }

  #finishList(objects: readonly DeepReadonly<T>[], resourceVersion: string): void {
    this.#version = resourceVersion;
    this.#listed = true;
    this.#options.cache.replace(objects);
  }

  #apply(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#version = event.resourceVersion;
      return;
    }
    this.#version = event.object.metadata.resourceVersion;
    if (event.type === 'DELETED') this.#options.cache.remove(this.#kept(event.object));
    else this.#options.cache.put(this.#kept(event.object));
  }

  /** From here on the object is shared, and nobody writes to it. */
  #kept(object: T): DeepReadonly<T> {
    const { transform } = this.#options;
    return (transform === undefined ? object : transform(object)) as DeepReadonly<T>;
  }
}

/** 410, and the answer of a server that is behind the version asked for. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  const tooLarge = error.status.details?.causes?.some(({ reason }) => reason === 'ResourceVersionTooLarge') === true;
  return error.code === 410 || tooLarge;
}

/** By the request, or, as upstream's apiserver does on an etcd that it can't ask for progress (before 3.4.25), by an event of an internal error. */
function refusesStreaming(error: unknown): boolean {
  return ['Invalid', 'BadRequest', 'MethodNotAllowed', 'InternalError'].some(
    (reason) => error instanceof StatusError && error.reason === reason,
  );
}
