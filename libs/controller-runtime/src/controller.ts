import type { DeepReadonly, KubernetesObject, ObjectKey } from '@keelson/apimachinery';
import type { Expectations } from './expectations';
import type { CacheEvent, Informer } from './informer';

/** Tells the runtime which changes wake which key. */
export interface Watches {
  /** Every change of an object wakes the object's own key. */
  for<T extends KubernetesObject>(informer: Informer<T>): void;
  /** Every change of an object wakes its controller of kind `by`; creations and deletions are booked on `expectations`. */
  owned<T extends KubernetesObject>(informer: Informer<T>, options: { readonly by: string; readonly expectations?: Expectations }): void;
  /** Every change wakes the keys that `map` names, after `delay` milliseconds if it says so, which may depend on the key. */
  mapped<T extends KubernetesObject>(
    informer: Informer<T>,
    map: (object: DeepReadonly<T>, event: CacheEvent<T>) => readonly ObjectKey[],
    options?: { readonly delay?: number | ((key: ObjectKey) => number) },
  ): void;
  /** Wakes nothing; `reconcile` only reads there, and so waits for the first list. */
  reads<T extends KubernetesObject>(informer: Informer<T>): void;
  /** Wakes each of `keys` now and then every `milliseconds`. */
  every(milliseconds: number, keys: () => readonly ObjectKey[]): void;
}

/** Asks to be called again for the same key after `requeueAfter` milliseconds, although nothing failed. */
export interface ReconcileAgain {
  readonly requeueAfter: number;
}

/** Milliseconds before a failed key is tried again: after its first failure, doubling with each up to the last. */
export interface RetryBackoff {
  readonly first: number;
  readonly last: number;
}

/**
 * One control loop. The runtime owns queue, workers, back-off and cache sync; a controller only states what wakes it and what to do then.
 * `reconcile` is never run twice at once for one key. A rejection is logged and tried again with exponential back-off.
 */
export interface Controller {
  /** Upstream's name, as `--controllers` takes it, without the suffix `-controller`. */
  readonly name: string;
  /** For what is dear to try; client-go's figures (5 ms to 1000 s) if absent. */
  readonly backoff?: RetryBackoff;
  watches(watch: Watches): void;
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined>;
}
