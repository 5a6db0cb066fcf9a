/** Shares a call among callers such that every caller's answer is of a call begun after it asked. */
export class SharedRoundTrip<Result> {
  readonly #call: () => Promise<Result>;
  /** Begun; no use to whoever asks now. */
  #running: Promise<unknown> | undefined;
  /** Begins when the running one ends; for everyone who asks until then. */
  #next: Promise<Result> | undefined;

  constructor(call: () => Promise<Result>) {
    this.#call = call;
  }

  run(): Promise<Result> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<Result> {
    // Callers of one turn share one call, even if none is running.
    await (this.#running ?? Promise.resolve());
    this.#next = undefined;
    const call = this.#call();
    const running = call.then(ignore, ignore).then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return call;
  }
}

const ignore = (): void => undefined;
