import type { CachedObject } from './cached-object';
import { OrderedObjects } from './ordered-objects';

export interface TablePosition {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The current objects of one resource, by namespace and name; cluster-scoped ones lie in the namespace `''`. Order is the store's: that of
 * the keys' bytes.
 * Invariant: no namespace is kept without an object.
 */
export class ObjectTable {
  readonly #buckets = new Map<string, OrderedObjects>();
  /** The namespaces in order, or undefined since one came or went. */
  #namespaces: readonly string[] | undefined = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): CachedObject | undefined {
    return this.#buckets.get(namespace)?.get(name);
  }

  /** @returns what stood there before */
  set(object: CachedObject): CachedObject | undefined {
    const previous = this.#bucket(object.namespace).set(object);
    if (previous === undefined) this.#size += 1;
    return previous;
  }

  /** @returns what stood there */
  delete(namespace: string, name: string): CachedObject | undefined {
    const bucket = this.#buckets.get(namespace);
    const previous = bucket?.delete(name);
    if (previous === undefined) return undefined;
    this.#size -= 1;
    if (bucket?.size === 0) {
      this.#buckets.delete(namespace);
      this.#namespaces = undefined;
    }
    return previous;
  }

  count(namespace?: string): number {
    return namespace === undefined ? this.#size : (this.#buckets.get(namespace)?.size ?? 0);
  }

  /** How many objects come behind `position`, of one namespace or of all. */
  countBehind(position: TablePosition, namespace?: string): number {
    let count = 0;
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) {
      const bucket = this.#buckets.get(each);
      if (bucket === undefined || keyOrder(each, position.namespace) < 0) continue;
      count += each === position.namespace ? bucket.countBehind(position.name) : bucket.size;
    }
    return count;
  }

  /** All objects, of one namespace or of all, in order. The table must not be written to meanwhile. */
  *inOrder(namespace?: string): Generator<CachedObject, void, undefined> {
    for (const each of namespace === undefined ? this.#sortedNamespaces() : [namespace]) yield* this.#buckets.get(each)?.inOrder() ?? [];
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
      for (const object of bucket.inOrder(after?.namespace === each ? after.name : undefined)) if (!visit(object)) return;
    }
  }

  #bucket(namespace: string): OrderedObjects {
    let bucket = this.#buckets.get(namespace);
    if (bucket === undefined) {
      this.#buckets.set(namespace, (bucket = new OrderedObjects()));
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
