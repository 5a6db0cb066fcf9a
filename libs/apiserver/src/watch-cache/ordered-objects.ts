import type { CachedObject } from './cached-object';

/** A full page is halved, so that a place in the middle of a hundred thousand objects is made by moving a few hundred of them. */
const MOST_ON_PAGE = 512;

/**
 * The objects of one namespace, in the byte order of their names, found by bisection.
 * Invariant: pages follow each other in order, and none is empty or holds more than {@link MOST_ON_PAGE}.
 */
export class OrderedObjects {
  readonly #pages: CachedObject[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(name: string): CachedObject | undefined {
    const page = this.#pages[this.#pageOf(name)];
    const found = page?.[firstAtOrBehind(page, name)];
    return found?.name === name ? found : undefined;
  }

  /** @returns what stood there before */
  set(object: CachedObject): CachedObject | undefined {
    const at = this.#pageOf(object.name);
    const page = this.#pages[at];
    if (page === undefined) {
      this.#pages.push([object]);
      this.#size += 1;
      return undefined;
    }
    const index = firstAtOrBehind(page, object.name);
    const current = page[index];
    if (current?.name === object.name) {
      page[index] = object;
      return current;
    }
    page.splice(index, 0, object);
    this.#size += 1;
    if (page.length > MOST_ON_PAGE) this.#pages.splice(at + 1, 0, page.splice(MOST_ON_PAGE / 2));
    return undefined;
  }

  /** @returns what stood there */
  delete(name: string): CachedObject | undefined {
    const at = this.#pageOf(name);
    const page = this.#pages[at];
    if (page === undefined) return undefined;
    const index = firstAtOrBehind(page, name);
    const current = page[index];
    if (current?.name !== name) return undefined;
    page.splice(index, 1);
    this.#size -= 1;
    if (page.length === 0) this.#pages.splice(at, 1);
    return current;
  }

  /** How many come behind `name`, which need not be there. */
  countBehind(name: string): number {
    const at = this.#pageOf(name);
    const later = this.#pages.slice(at + 1).reduce((count, { length }) => count + length, 0);
    const page = this.#pages[at] ?? [];
    return later + page.length - firstBehind(page, name);
  }

  /** All, or those behind a name, which need not be there. Nothing may be written meanwhile. */
  *inOrder(after?: string): Generator<CachedObject, void, undefined> {
    const first = after === undefined ? 0 : this.#pageOf(after);
    for (let at = first; at < this.#pages.length; at += 1) {
      const page = this.#pages[at] ?? [];
      const start = at === first && after !== undefined ? firstBehind(page, after) : 0;
      for (let index = start; index < page.length; index += 1) {
        const object = page[index];
        if (object !== undefined) yield object;
      }
    }
  }

  /** The page on which `name` stands or would have to: the last that begins at or before it, else the first. */
  #pageOf(name: string): number {
    let low = 0;
    let high = this.#pages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pages[middle]?.[0]?.name ?? '') <= name) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Where `name` stands or would have to. Names are ASCII by validation, where the order of strings is that of bytes. */
function firstAtOrBehind(page: readonly CachedObject[], name: string): number {
  let low = 0;
  let high = page.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((page[middle]?.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstBehind(page: readonly CachedObject[], name: string): number {
  const index = firstAtOrBehind(page, name);
  return page[index]?.name === name ? index + 1 : index;
}
