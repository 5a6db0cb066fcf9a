import type { Clock } from '@keelson/apimachinery';

export interface BoundedRunnerOptions {
  readonly run: () => Promise<void>;
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  /** The least milliseconds between the starts of two runs. */
  readonly minPeriod: number;
  /** A run comes at the latest so many milliseconds after the one before, asked for or not. */
  readonly maxPeriod: number;
}

/** Runs something when asked, but not too often, and now and then unasked. Runs never overlap; `run` must not reject. */
export class BoundedRunner {
  readonly #options: BoundedRunnerOptions;
  #lastStart = -Infinity;
  #running: Promise<void> | undefined;
  /** Whether a run was asked for since the latest one began. */
  #asked = false;
  #cancelTimer = (): void => undefined;
  #stopped = false;

  constructor(options: BoundedRunnerOptions) {
    this.#options = options;
  }

  /** Asks for a run; many calls before it starts are one run. */
  request(): void {
    this.#asked = true;
    this.#plan();
  }

  /** No run starts after this; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  #plan(): void {
    if (this.#stopped || this.#running !== undefined) return;
    this.#cancelTimer();
    const { clock, minPeriod, maxPeriod } = this.#options;
    const due = this.#lastStart + (this.#asked ? minPeriod : maxPeriod);
    this.#cancelTimer = clock.setTimeout(() => this.#start(), Math.max(0, due - clock.now()));
  }

  #start(): void {
    this.#asked = false;
    this.#lastStart = this.#options.clock.now();
    this.#running = this.#options.run().finally(() => {
      this.#running = undefined;
      this.#plan();
    });
  }
}
