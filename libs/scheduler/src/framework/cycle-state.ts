/** Names what one plugin keeps during a cycle, and its type. Make one for each thing kept. */
export class CycleKey<T extends object> {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws Error if the plugin did not keep it in this cycle, which is a mistake of the plugin */
  read(cycle: CycleState): T {
    const value = cycle.values.get(this);
    if (value === undefined) throw new Error(`nothing is kept as ${this.#name} in this cycle`);
    return value as T;
  }

  write(cycle: CycleState, value: T): void {
    cycle.values.set(this, value);
  }
}

/** What plugins carry from one extension point to a later one, for one pod and one try. Read and written by a {@link CycleKey}. */
export class CycleState {
  readonly values = new Map<object, unknown>();
}
