import type { DeepReadonly, KubernetesObject, LabelMatcher, LabelSelector, ObjectKey } from '@keelson/apimachinery';

/** A change of the cache. `delete` also comes for objects that vanished while the watch was down; its object may then be stale. */
export type CacheEvent<T> =
  | { readonly type: 'add'; readonly object: DeepReadonly<T> }
  | { readonly type: 'update'; readonly object: DeepReadonly<T>; readonly previous: DeepReadonly<T> }
  | { readonly type: 'delete'; readonly object: DeepReadonly<T> };

/** Names the values under which an object is found; pure, cheap, and called once for each version of an object. */
export type IndexFunction<T> = (object: DeepReadonly<T>) => readonly string[];

/**
 * A read-only, eventually consistent copy of one resource, kept by one list and watch and shared by everyone in the process.
 * What it hands out is frozen by contract: never write to it. Reads never wait; before `synced` resolves they see a part.
 */
export interface Informer<T extends KubernetesObject> {
  get(key: ObjectKey): DeepReadonly<T> | undefined;
  /** In no particular order; all namespaces if absent. Indexed by namespace. */
  list(namespace?: string): readonly DeepReadonly<T>[];
  select(
    namespace: string | undefined,
    selector: LabelMatcher | DeepReadonly<LabelSelector> | Readonly<Record<string, string>>,
  ): readonly DeepReadonly<T>[];
  /** The objects whose controller (the owner reference with `controller: true`) is `owner`. Indexed. */
  byOwner(owner: DeepReadonly<KubernetesObject>): readonly DeepReadonly<T>[];
  /** The objects that `name`'s index function filed under `value`. @throws Error if there is no such index */
  byIndex(name: string, value: string): readonly DeepReadonly<T>[];
  /** Adds an index; before the informer starts or after, with the objects it has. @throws Error if `name` is taken by another function */
  addIndex(name: string, index: IndexFunction<T>): void;
  /**
   * Calls `listener` for every change, in order, and at once with an `add` for each object already there; synchronously, so it must be short.
   * @returns its own undo
   */
  subscribe(listener: (event: CacheEvent<T>) => void): () => void;
  /** Resolves when the first list is in the cache; rejects when the informers are stopped before. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
}
