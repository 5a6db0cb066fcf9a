/** A binary heap: the least by `before` comes out first. Items are unique; each may be removed from the midst in O(log n). */
export class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  readonly #items: T[] = [];
  /** Invariant: `#items[#places.get(item)] === item`. */
  readonly #places = new Map<T, number>();

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    if (this.#places.has(item)) return;
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** @returns whether `item` was there */
  delete(item: T): boolean {
    const place = this.#places.get(item);
    const last = this.#items.at(-1);
    if (place === undefined || last === undefined) return false;
    this.#items.pop();
    this.#places.delete(item);
    if (last !== item) {
      this.#put(last, place);
      this.#rise(last);
      this.#sink(last);
    }
    return true;
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }

  #rise(item: T): void {
    for (let place = this.#places.get(item) ?? 0; place > 0;) {
      const up = (place - 1) >> 1;
      const parent = this.#items[up];
      if (parent === undefined || !this.#before(item, parent)) return;
      this.#put(parent, place);
      this.#put(item, up);
      place = up;
    }
  }

  #sink(item: T): void {
    for (let place = this.#places.get(item) ?? 0; ;) {
      let down = 2 * place + 1;
      let child = this.#items[down];
      const other = this.#items[down + 1];
      if (child !== undefined && other !== undefined && this.#before(other, child)) {
        child = other;
        down++;
      }
      if (child === undefined || !this.#before(child, item)) return;
      this.#put(child, place);
      this.#put(item, down);
      place = down;
    }
  }
}
