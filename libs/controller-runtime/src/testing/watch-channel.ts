/** Hands what is pushed to one reader, in order, until the signal aborts. */
export class WatchChannel<E> {
  readonly #waiting: E[] = [];
  readonly #signal: AbortSignal | undefined;
  #wake: () => void = () => undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
  }

  push(item: E): void {
    this.#waiting.push(item);
    this.#wake();
  }

  async *items(): AsyncGenerator<E, void, void> {
    while (this.#signal?.aborted !== true) {
      const item = this.#waiting.shift();
      if (item === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else yield item;
    }
  }
}
