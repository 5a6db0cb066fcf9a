import { controllerOf, objectKey, type Clock, type DeepReadonly, type KubernetesObject, type ObjectKey } from '@keelson/apimachinery';
import type { Watches } from './controller';
import type { Expectations } from './expectations';
import type { CacheEvent, Informer } from './informer';
import type { WorkQueue } from './work-queue';

/** The {@link Watches} of one controller: subscriptions that feed its queue, all ended by {@link QueueWatches.close}. */
export class QueueWatches implements Watches {
  readonly #queue: WorkQueue;
  readonly #clock: Clock;
  readonly #informers = new Set<Informer<KubernetesObject>>();
  /** What the controller is for; owners are looked up there. */
  readonly #owners: Informer<KubernetesObject>[] = [];
  readonly #undo: (() => void)[] = [];

  constructor(queue: WorkQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  for<T extends KubernetesObject>(informer: Informer<T>): void {
    this.#owners.push(this.#needs(informer));
    this.#undo.push(informer.subscribe(({ object }) => this.#queue.add(objectKey(object.metadata))));
  }

  owned<T extends KubernetesObject>(informer: Informer<T>, options: { readonly by: string; readonly expectations?: Expectations }): void {
    this.#needs(informer);
    this.#undo.push(
      informer.subscribe((event) => {
        const owner = this.#ownerKey(event.object, options.by);
        if (owner !== undefined) {
          bookOn(options.expectations, owner, event);
          this.#queue.add(owner);
        }
        const before = event.type === 'update' ? this.#ownerKey(event.previous, options.by) : undefined;
        if (before !== undefined && before !== owner) this.#queue.add(before);
      }),
    );
  }

  mapped<T extends KubernetesObject>(
    informer: Informer<T>,
    map: (object: DeepReadonly<T>, event: CacheEvent<T>) => readonly ObjectKey[],
    { delay = 0 }: { readonly delay?: number | ((key: ObjectKey) => number) } = {},
  ): void {
    this.#needs(informer);
    this.#undo.push(
      informer.subscribe((event) => {
        for (const key of map(event.object, event)) this.#queue.addAfter(key, typeof delay === 'number' ? delay : delay(key));
      }),
    );
  }

  reads<T extends KubernetesObject>(informer: Informer<T>): void {
    this.#needs(informer);
  }

  every(milliseconds: number, keys: () => readonly ObjectKey[]): void {
    let cancel: () => void = () => undefined;
    const wake = (): void => {
      for (const key of keys()) this.#queue.add(key);
      cancel = this.#clock.setTimeout(wake, milliseconds);
    };
    wake();
    this.#undo.push(() => cancel());
  }

  /** Resolves with true when all informers have synced, and with false when `signal` aborts before. */
  async synced(signal: AbortSignal): Promise<boolean> {
    const aborted = Promise.withResolvers<false>();
    const abort = (): void => aborted.resolve(false);
    if (signal.aborted) return false;
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([aborted.promise, Promise.all([...this.#informers].map(({ synced }) => synced)).then(() => true)]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #needs<T extends KubernetesObject>(informer: Informer<T>): Informer<KubernetesObject> {
    // An informer hands out what it holds and takes in nothing of its type, but for functions that get what it handed out.
    const erased = informer as unknown as Informer<KubernetesObject>;
    this.#informers.add(erased);
    return erased;
  }

  /** The controller of `object`, if it is of kind `kind` and still the very object that is referred to, not a later one of its name. */
  #ownerKey(object: DeepReadonly<KubernetesObject>, kind: string): ObjectKey | undefined {
    const reference = controllerOf(object);
    if (reference?.kind !== kind) return undefined;
    const key = objectKey({ namespace: object.metadata.namespace, name: reference.name });
    if (this.#owners.length === 0) return key;
    return this.#owners.some((owners) => owners.get(key)?.metadata.uid === reference.uid) ? key : undefined;
  }
}

/** An object that is being deleted counts as gone, since its owner no longer counts on it. */
function bookOn<T extends KubernetesObject>(
  expectations: Expectations | undefined,
  owner: ObjectKey,
  { type, object }: CacheEvent<T>,
): void {
  const { uid, deletionTimestamp } = object.metadata;
  if (type === 'delete' || deletionTimestamp !== undefined) expectations?.deletionSeen(owner, uid);
  else if (type === 'add') expectations?.creationSeen(owner);
}
