import type { Clock, ObjectKey } from '@keelson/apimachinery';
import { TokenBucket } from '@keelson/client';
import type { RetryBackoff } from './controller';
import { noQueueMetrics, type QueueMetrics } from './work-queue-metrics';

/** As client-go's default rate limiter: per key from 5 ms, doubling to 1000 s; over all keys 10 a second after a burst of 100. */
const BACKOFF: RetryBackoff = { first: 5, last: 1000 * 1000 };
const OVERALL_LIMIT = { qps: 10, burst: 100 };

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly metrics?: QueueMetrics | undefined;
  readonly backoff?: RetryBackoff | undefined;
}

/**
 * The keys that wait for work, each at most once, first come first served.
 * A key that is added while it is worked on waits until that is done, so no key is ever worked on twice at once and no change is missed.
 *
 * Invariants: a key in `#waiting` is not in `#processing`; a key in `#again` is; a key has at most one timer in `#delayed`, the earliest asked for.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics;
  readonly #backoff: RetryBackoff;
  readonly #overall: TokenBucket;
  /** In the order of their turn. */
  readonly #waiting = new Set<ObjectKey>();
  readonly #processing = new Set<ObjectKey>();
  readonly #again = new Set<ObjectKey>();
  readonly #delayed = new Map<ObjectKey, { due: number; cancel: () => void }>();
  readonly #failures = new Map<ObjectKey, number>();
  /** Workers without work; none while a key waits. */
  readonly #idle: ((key: ObjectKey | undefined) => void)[] = [];
  #shutDown = false;

  constructor({ backoff = BACKOFF, clock, metrics = noQueueMetrics }: WorkQueueOptions) {
    this.#backoff = backoff;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#overall = new TokenBucket(OVERALL_LIMIT, clock);
  }

  get length(): number {
    return this.#waiting.size;
  }

  add(key: ObjectKey): void {
    if (this.#shutDown || this.#waiting.has(key) || this.#again.has(key)) return;
    this.#metrics.added(key);
    if (this.#processing.has(key)) this.#again.add(key);
    else this.#enqueue(key);
  }

  /** Adds `key` after `milliseconds`, or sooner if it has been asked for sooner. */
  addAfter(key: ObjectKey, milliseconds: number): void {
    if (milliseconds <= 0) return this.add(key);
    if (this.#shutDown) return;
    const due = this.#clock.monotonic() + milliseconds;
    const planned = this.#delayed.get(key);
    if (planned !== undefined && planned.due <= due) return;
    planned?.cancel();
    const cancel = this.#clock.setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, milliseconds);
    this.#delayed.set(key, { due, cancel });
  }

  /** Adds `key` after a delay that grows with each failure since {@link forget}. */
  addRateLimited(key: ObjectKey): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#metrics.retried();
    const delay = Math.min(this.#backoff.last, this.#backoff.first * 2 ** failures);
    this.addAfter(key, Math.max(delay, this.#overall.reserve()));
  }

  /** How often `key` has failed since {@link forget}. */
  failures(key: ObjectKey): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends the back-off of `key`. */
  forget(key: ObjectKey): void {
    this.#failures.delete(key);
  }

  /** The next key, to be given back with {@link done}; undefined once the queue is shut down and empty. */
  get(): Promise<ObjectKey | undefined> {
    const [key] = this.#waiting;
    if (key !== undefined) {
      this.#waiting.delete(key);
      return Promise.resolve(this.#start(key));
    }
    if (this.#shutDown) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  done(key: ObjectKey): void {
    this.#processing.delete(key);
    this.#metrics.done(key);
    if (this.#again.delete(key)) this.#enqueue(key);
  }

  /** Takes no further keys, drops the delayed ones, and lets the waiting ones be finished. */
  shutDown(): void {
    this.#shutDown = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const worker of this.#idle.splice(0)) worker(undefined);
  }

  #enqueue(key: ObjectKey): void {
    const worker = this.#idle.shift();
    if (worker === undefined) this.#waiting.add(key);
    else worker(this.#start(key));
  }

  #start(key: ObjectKey): ObjectKey {
    this.#processing.add(key);
    this.#metrics.started(key);
    return key;
  }
}
