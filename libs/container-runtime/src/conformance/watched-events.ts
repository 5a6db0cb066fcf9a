import type { ContainerRuntime, RuntimeEvent } from '../container-runtime';

/** A watch of a runtime that remembers what it was told. */
export class WatchedEvents {
  /** Resolves when the runtime says that nothing is missed from now on. */
  readonly connected: Promise<void>;
  readonly #end = new AbortController();
  readonly #events: RuntimeEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #done: Promise<void>;

  constructor(runtime: Pick<ContainerRuntime, 'watch'>) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.connected = promise;
    this.#done = runtime.watch((event) => {
      if (event === undefined) return resolve(undefined);
      this.#events.push(event);
      for (const wake of this.#waiting) wake();
    }, this.#end.signal);
  }

  /** Waits for an event that may have come already. */
  async seen(type: RuntimeEvent['type'], containerId: string): Promise<RuntimeEvent> {
    for (;;) {
      const found = this.#events.find((event) => event.type === type && event.containerId === containerId);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }
}
