import {
  controllerOf,
  LabelMatcher,
  objectKey,
  type DeepReadonly,
  type KubernetesObject,
  type LabelSelector,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { CacheEvent, IndexFunction, Informer } from './informer';

const NAMESPACE = 'namespace';
const CONTROLLER = 'controller';

interface Index<T> {
  readonly values: IndexFunction<T>;
  readonly filed: Map<string, Map<ObjectKey, DeepReadonly<T>>>;
}

/**
 * The objects of an {@link Informer}, its indexes and its subscribers. The reflector writes to it; everyone else sees an `Informer`.
 * Invariant: each object is filed in every index under the values of its present version, and nowhere else.
 */
export class ObjectCache<T extends KubernetesObject> implements Informer<T> {
  readonly #objects = new Map<ObjectKey, DeepReadonly<T>>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #listeners = new Set<(event: CacheEvent<T>) => void>();
  readonly #synced = Promise.withResolvers<undefined>();
  #hasSynced = false;

  constructor() {
    this.addIndex(NAMESPACE, ({ metadata }) => namespaceOf(metadata));
    this.addIndex(CONTROLLER, (object) => {
      const controller = controllerOf(object);
      return controller === undefined ? [] : [controller.uid];
    });
    // Whoever doesn't wait for it must not see the process end over it.
    this.#synced.promise.catch(() => undefined);
  }

  get(key: ObjectKey): DeepReadonly<T> | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly DeepReadonly<T>[] {
    return namespace === undefined ? [...this.#objects.values()] : this.byIndex(NAMESPACE, namespace);
  }

  select(
    namespace: string | undefined,
    selector: LabelMatcher | DeepReadonly<LabelSelector> | Readonly<Record<string, string>>,
  ): readonly DeepReadonly<T>[] {
    const matcher = matcherOf(selector);
    return this.list(namespace).filter(({ metadata }) => matcher.matches(metadata.labels ?? {}));
  }

  byOwner(owner: DeepReadonly<KubernetesObject>): readonly DeepReadonly<T>[] {
    return this.byIndex(CONTROLLER, owner.metadata.uid);
  }

  byIndex(name: string, value: string): readonly DeepReadonly<T>[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`there is no index named ${name}`);
    return [...(index.filed.get(value)?.values() ?? [])];
  }

  addIndex(name: string, values: IndexFunction<T>): void {
    const present = this.#indexes.get(name);
    if (present?.values === values) return;
    if (present !== undefined) throw new Error(`an index named ${name} exists already, with another function`);
    const index: Index<T> = { values, filed: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) file(index, key, object);
  }

  subscribe(listener: (event: CacheEvent<T>) => void): () => void {
    this.#listeners.add(listener);
    for (const object of this.#objects.values()) listener({ type: 'add', object });
    return () => void this.#listeners.delete(listener);
  }

  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Takes in one version of an object. */
  put(object: DeepReadonly<T>): void {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    // An object that was deleted and made again between two lists is another object, and its owner must hear of both.
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) this.remove(previous);
    const replaced = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (replaced !== undefined) unfile(index, key, replaced);
      file(index, key, object);
    }
    this.#notify(replaced === undefined ? { type: 'add', object } : { type: 'update', object, previous: replaced });
  }

  /** Takes out the object of that name; `object` is its last version, as far as it is known. */
  remove(object: DeepReadonly<T>): void {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous === undefined) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) unfile(index, key, previous);
    this.#notify({ type: 'delete', object });
  }

  /** Takes the state of a whole list: what is not in it has been deleted unseen. Objects of the same version are left alone. */
  replace(objects: readonly DeepReadonly<T>[]): void {
    const present = new Set(objects.map(keyOf));
    for (const [key, object] of [...this.#objects]) if (!present.has(key)) this.remove(object);
    for (const object of objects)
      if (this.#objects.get(keyOf(object))?.metadata.resourceVersion !== object.metadata.resourceVersion) this.put(object);
    this.#hasSynced = true;
    this.#synced.resolve(undefined);
  }

  /** Says that nothing more will come. */
  stop(): void {
    this.#synced.reject(new Error('the informer was stopped before it synced'));
  }

  #notify(event: CacheEvent<T>): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function matcherOf(selector: LabelMatcher | DeepReadonly<LabelSelector> | Readonly<Record<string, string>>): LabelMatcher {
  if (selector instanceof LabelMatcher) return selector;
  const isSelector = typeof selector['matchLabels'] === 'object' || Array.isArray(selector['matchExpressions']);
  return isSelector ? LabelMatcher.of(selector) : LabelMatcher.ofSet(selector as Record<string, string>);
}

const keyOf = <T extends KubernetesObject>({ metadata }: DeepReadonly<T>): ObjectKey => objectKey(metadata);

const namespaceOf = ({ namespace }: DeepReadonly<{ namespace?: string }>): readonly string[] =>
  namespace === undefined ? [] : [namespace];

function file<T>(index: Index<T>, key: ObjectKey, object: DeepReadonly<T>): void {
  for (const value of index.values(object)) {
    const objects = index.filed.get(value);
    if (objects === undefined) index.filed.set(value, new Map([[key, object]]));
    else objects.set(key, object);
  }
}

function unfile<T>(index: Index<T>, key: ObjectKey, object: DeepReadonly<T>): void {
  for (const value of index.values(object)) {
    const objects = index.filed.get(value);
    objects?.delete(key);
    if (objects?.size === 0) index.filed.delete(value);
  }
}
