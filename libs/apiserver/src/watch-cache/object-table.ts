import type { CachedObject } from './cached-object';

interface Bucket {
  readonly byName: Map<string, CachedObject>;
  /** The keys of `byName` in byte order, or undefined since a name came or went. */
  names: string[] | undefined;
}

/**
 * The current objects of one resource, by namespace and name; cluster-scoped ones lie in the namespace `''`.
 * Order is the store's: namespaces and names as bytes. Sorting is put off until someone lists, and costs only the buckets that changed.
 */
export class ObjectTable {
  readonly #buckets = new Map<string, Bucket>();
  #namespaces: string[] | undefined = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): CachedObject | undefined {
    return this.#buckets.get(namespace)?.byName.get(name);
  }

  /** @returns what stood there before */
  set(object: CachedObject): CachedObject | undefined {
    const bucket = this.#bucket(object.namespace);
    const previous = bucket.byName.get(object.name);
    bucket.byName.set(object.name, object);
    if (previous === undefined) {
      bucket.names = undefined;
      this.#size += 1;
    }
    return previous;
  }

  /** @returns what stood there */
  delete(namespace: string, name: string): CachedObject | undefined {
    const bucket = this.#buckets.get(namespace);
    const previous = bucket?.byName.get(name);
    if (bucket === undefined || previous === undefined) return undefined;
    bucket.byName.delete(name);
    bucket.names = undefined;
    this.#size -= 1;
    if (bucket.byName.size === 0) {
      this.#buckets.delete(namespace);
      this.#namespaces = undefined;
    }
    return previous;
  }

  count(namespace?: string): number {
    return namespace === undefined ? this.#size : (this.#buckets.get(namespace)?.byName.size ?? 0);
  }

  /** The objects in order, of one namespace or of all, from behind `after` on. */
  *inOrder(namespace?: string, after?: { readonly namespace: string; readonly name: string }): Generator<CachedObject, void, undefined> {
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) {
      if (after !== undefined && namespace === undefined && compareBytes(`${each}/`, `${after.namespace}/`) < 0) continue;
      const bucket = this.#buckets.get(each);
      if (bucket === undefined) continue;
      const names = (bucket.names ??= [...bucket.byName.keys()].sort(compareBytes));
      const start = after !== undefined && after.namespace === each ? firstBehind(names, after.name) : 0;
      for (let index = start; index < names.length; index += 1) {
        const object = bucket.byName.get(names[index] ?? '');
        if (object !== undefined) yield object;
      }
    }
  }

  #bucket(namespace: string): Bucket {
    let bucket = this.#buckets.get(namespace);
    if (bucket === undefined) {
      this.#buckets.set(namespace, (bucket = { byName: new Map(), names: [] }));
      this.#namespaces = undefined;
    }
    return bucket;
  }

  #sortedNamespaces(): readonly string[] {
    // The slash that ends a namespace in a key takes part in the order: `a-b/` comes before `a/`.
    return (this.#namespaces ??= [...this.#buckets.keys()].sort((a, b) => compareBytes(`${a}/`, `${b}/`)));
  }
}

/** Names are ASCII by validation, where UTF-16 order is byte order. */
function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstBehind(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(sorted[middle] ?? '', value) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
