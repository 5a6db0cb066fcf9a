import { sleep, type Clock } from '@keelson/apimachinery';

/** What upstream's daemons give as `--kube-api-qps` and `--kube-api-burst`. */
export interface RateLimit {
  /** Requests a second in the long run; zero or less: no limit. */
  readonly qps: number;
  /** Requests at once after a rest. */
  readonly burst: number;
}

/**
 * Hands out permissions at `qps`, saving up at most `burst`; first come, first served.
 * Invariant: `#tokens` is what was left at `#updated`; below zero, it is what waiters have taken in advance.
 */
export class TokenBucket {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  #tokens: number;
  #updated: number;

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#updated = clock.monotonic();
  }

  /** Resolves when it is the caller's turn. An aborted wait gives its turn back and resolves too, so the caller checks its signal. */
  async take(signal?: AbortSignal): Promise<void> {
    const wait = this.reserve();
    if (wait <= 0) return;
    await sleep(this.#clock, wait, signal);
    if (signal?.aborted === true) this.#tokens += 1;
  }

  /** Takes a token only if there is one now. */
  tryTake(): boolean {
    if (this.#limit.qps <= 0) return true;
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes the next token. @returns milliseconds until it may be used */
  reserve(): number {
    if (this.#limit.qps <= 0) return 0;
    this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#limit.qps) * 1000;
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + ((now - this.#updated) / 1000) * this.#limit.qps);
    this.#updated = now;
  }
}
