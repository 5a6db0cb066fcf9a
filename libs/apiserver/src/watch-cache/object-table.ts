import type { CachedObject } from './cached-object';

export interface TablePosition {
  readonly namespace: string;
  readonly name: string;
}

/** The objects of one namespace, in the byte order of their names. */
type Bucket = CachedObject[];

/**
 * The current objects of one resource, by namespace and name; cluster-scoped ones lie in the namespace `''`. Order is the store's: that of
 * the keys' bytes. Everything is found by bisection; a listing walks an array.
 */
export class ObjectTable {
  readonly #buckets = new Map<string, Bucket>();
  /** The namespaces in order, or undefined since one came or went. */
  #namespaces: readonly string[] | undefined = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): CachedObject | undefined {
    const bucket = this.#buckets.get(namespace);
    const found = bucket?.[firstAtOrBehind(bucket, name)];
    return found?.name === name ? found : undefined;
  }

  /** @returns what stood there before */
  set(object: CachedObject): CachedObject | undefined {
    const bucket = this.#bucket(object.namespace);
    const index = firstAtOrBehind(bucket, object.name);
    const current = bucket[index];
    if (current?.name === object.name) {
      bucket[index] = object;
      return current;
    }
    bucket.splice(index, 0, object);
    this.#size += 1;
    return undefined;
  }

  /** @returns what stood there */
  delete(namespace: string, name: string): CachedObject | undefined {
    const bucket = this.#buckets.get(namespace);
    if (bucket === undefined) return undefined;
    const index = firstAtOrBehind(bucket, name);
    const current = bucket[index];
    if (current?.name !== name) return undefined;
    bucket.splice(index, 1);
    this.#size -= 1;
    if (bucket.length === 0) {
      this.#buckets.delete(namespace);
      this.#namespaces = undefined;
    }
    return current;
  }

  count(namespace?: string): number {
    return namespace === undefined ? this.#size : (this.#buckets.get(namespace)?.length ?? 0);
  }

  /** How many objects come behind `position`, of one namespace or of all. */
  countBehind(position: TablePosition, namespace?: string): number {
    let count = 0;
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) {
      const bucket = this.#buckets.get(each);
      if (bucket === undefined || keyOrder(each, position.namespace) < 0) continue;
      count += bucket.length - (each === position.namespace ? firstBehind(bucket, position.name) : 0);
    }
    return count;
  }

  /** All objects, of one namespace or of all, in order. The table must not be written to meanwhile. */
  *inOrder(namespace?: string): Generator<CachedObject, void, undefined> {
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) yield* this.#buckets.get(each) ?? [];
  }

  /** Calls `visit` for the objects in order from behind `after` on, until it returns false. */
  walk(
    options: { readonly namespace: string | undefined; readonly after: TablePosition | undefined },
    visit: (object: CachedObject) => boolean,
  ): void {
    const { after, namespace } = options;
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) {
      const bucket = this.#buckets.get(each);
      if (bucket === undefined || (after !== undefined && keyOrder(each, after.namespace) < 0)) continue;
      for (let index = after?.namespace === each ? firstBehind(bucket, after.name) : 0; index < bucket.length; index += 1) {
        const object = bucket[index];
        if (object !== undefined && !visit(object)) return;
      }
    }
  }

  #bucket(namespace: string): Bucket {
    let bucket = this.#buckets.get(namespace);
    if (bucket === undefined) {
      this.#buckets.set(namespace, (bucket = []));
      this.#namespaces = undefined;
    }
    return bucket;
  }

  #sortedNamespaces(): readonly string[] {
    return (this.#namespaces ??= [...this.#buckets.keys()].sort(keyOrder));
  }
}

/** The order of namespaces in keys, where the slash that ends them takes part: `a-b/` comes before `a/`. */
function keyOrder(a: string, b: string): number {
  const [left, right] = [`${a}/`, `${b}/`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Where `name` stands or would have to. Names are ASCII by validation, where the order of strings is that of bytes. */
function firstAtOrBehind(bucket: Bucket, name: string): number {
  let low = 0;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bucket[middle]?.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstBehind(bucket: Bucket, name: string): number {
  const index = firstAtOrBehind(bucket, name);
  return bucket[index]?.name === name ? index + 1 : index;
}
