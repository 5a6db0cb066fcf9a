import type { Clock } from './clock';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock for tests: time stands still until {@link FakeClock.advance}. */
export class FakeClock implements Clock {
  #now: number;
  /** Not yet fired, in no particular order. */
  readonly #timers = new Set<Timer>();

  constructor(now: number | string = '2026-01-01T00:00:00Z') {
    this.#now = typeof now === 'number' ? now : Date.parse(now);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, milliseconds: number): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait; a test that ends with any has a leak. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward, firing each due timer at its own instant and letting promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let timer = this.#nextDue(end); timer !== undefined; timer = this.#nextDue(end)) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.callback();
      await settle();
    }
    this.#now = end;
  }

  #nextDue(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
    return next;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
