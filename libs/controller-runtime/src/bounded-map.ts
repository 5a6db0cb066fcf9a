/** A map of at most `limit` keys that forgets the one not used for longest. */
export class BoundedMap<V> {
  readonly #limit: number;
  /** From the longest unused to the last used. */
  readonly #values = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  getOrAdd(key: string, make: () => V): V {
    const present = this.get(key);
    if (present !== undefined) return present;
    const value = make();
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#limit && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
