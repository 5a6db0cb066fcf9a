/** Names what one plugin keeps during a cycle, and its type. Make one for each thing kept. */
export class CycleKey<T> {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws Error if the plugin did not keep it in this cycle, which is a mistake of the plugin */
  read(cycle: CycleState): T {
    if (!cycle.values.has(this)) throw new Error(`nothing is kept under ${this.#name} in this cycle`);
    return cycle.values.get(this) as T;
  }

  write(cycle: CycleState, value: T): void {
    cycle.values.set(this, value);
  }
}

/** What plugins carry from one extension point to a later one, for one pod and one try. Read and written by a {@link CycleKey}. */
export class CycleState {
  readonly values = new Map<object, unknown>();
}
