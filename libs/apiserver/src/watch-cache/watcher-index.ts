import type { CacheEvent } from './cache-event';
import type { CachedObject } from './cached-object';

/** Where a watcher stands in the index: as narrow as its request allows. */
export interface WatchScope {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** A selectable field and the one value asked for, where the resource is indexed by that field (pods by `spec.nodeName`). */
  readonly field?: { readonly name: string; readonly value: string } | undefined;
}

export interface Watcher {
  readonly scope: WatchScope;
  offer(event: CacheEvent): void;
}

/**
 * The watchers of one resource, found by what they watch, so that a change costs what its receivers cost.
 * A watcher stands in exactly one list: by field value, else by name, else by namespace, else with those who watch everything.
 */
export class WatcherIndex {
  readonly #lists = new Map<string, Set<Watcher>>();
  readonly #indexedFields: readonly string[];
  #size = 0;

  constructor(indexedFields: readonly string[]) {
    this.#indexedFields = indexedFields;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns its own undo */
  add(watcher: Watcher): () => void {
    const key = this.#keyOf(watcher.scope);
    const list = this.#lists.get(key) ?? new Set<Watcher>();
    this.#lists.set(key, list.add(watcher));
    this.#size += 1;
    return () => {
      if (!list.delete(watcher)) return;
      this.#size -= 1;
      if (list.size === 0) this.#lists.delete(key);
    };
  }

  /** Offers `event` to every watcher that could want it, each once. */
  dispatch(event: CacheEvent): void {
    if (this.#size === 0) return;
    const { namespace, name } = event.object;
    this.#offer('all', event);
    this.#offer(`namespace ${namespace}`, event);
    this.#offer(`name ${namespace}/${name}`, event);
    for (const field of this.#indexedFields) {
      const now = valueOf(event.object, field);
      const before = event.previous === undefined ? now : valueOf(event.previous, field);
      this.#offer(`field ${field}=${now}`, event);
      if (before !== now) this.#offer(`field ${field}=${before}`, event);
    }
  }

  *all(): Generator<Watcher, void, undefined> {
    for (const list of this.#lists.values()) yield* list;
  }

  #offer(key: string, event: CacheEvent): void {
    const list = this.#lists.get(key);
    if (list !== undefined) for (const watcher of list) watcher.offer(event);
  }

  #keyOf({ namespace, name, field }: WatchScope): string {
    if (field !== undefined && this.#indexedFields.includes(field.name)) return `field ${field.name}=${field.value}`;
    // Without a namespace a name may stand for objects in several.
    if (namespace === undefined) return 'all';
    return name === undefined ? `namespace ${namespace}` : `name ${namespace}/${name}`;
  }
}

const valueOf = (object: CachedObject, field: string): string => object.selection.fields[field] ?? '';
