import type { Clock, ObjectKey } from '@keelson/apimachinery';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a work queue reports. */
export interface QueueMetrics {
  added(key: ObjectKey): void;
  started(key: ObjectKey): void;
  done(key: ObjectKey): void;
  retried(): void;
}

export const noQueueMetrics: QueueMetrics = {
  added: () => undefined,
  started: () => undefined,
  done: () => undefined,
  retried: () => undefined,
};

/** From 10 ns in twelve steps of ten, as upstream. */
const BUCKETS = Array.from({ length: 12 }, (_, step) => 1e-8 * 10 ** step);

/** The metrics of all queues of a daemon, under upstream's names. Make one for each registry. */
export class WorkQueueMetrics {
  readonly #clock: Clock;
  readonly #depth: Gauge<'name'>;
  readonly #adds: Counter<'name'>;
  readonly #retries: Counter<'name'>;
  readonly #waited: Histogram<'name'>;
  readonly #worked: Histogram<'name'>;
  /** When each key under work was started, in monotonic milliseconds, per queue. */
  readonly #started = new Map<string, Map<ObjectKey, number>>();

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    const labels = { labelNames: ['name'] as const, registers: [registry] };
    this.#depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait in the queue', ...labels });
    this.#adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added to the queue', ...labels });
    this.#retries = new Counter({ name: 'workqueue_retries_total', help: 'Keys added again after a failure', ...labels });
    const times = { ...labels, buckets: BUCKETS };
    this.#waited = new Histogram({ name: 'workqueue_queue_duration_seconds', help: 'Seconds a key waited for its turn', ...times });
    this.#worked = new Histogram({ name: 'workqueue_work_duration_seconds', help: 'Seconds the work on a key took', ...times });
    this.#gaugeOfAges(labels, 'workqueue_unfinished_work_seconds', 'Seconds of work under way, all keys together', sum);
    this.#gaugeOfAges(labels, 'workqueue_longest_running_processor_seconds', 'Seconds of the longest work under way', longest);
  }

  queue(name: string): QueueMetrics {
    const added = new Map<ObjectKey, number>();
    const started = new Map<ObjectKey, number>();
    this.#started.set(name, started);
    const seconds = (since: number | undefined): number => (since === undefined ? 0 : (this.#clock.monotonic() - since) / 1000);
    return {
      added: (key) => {
        this.#adds.inc({ name });
        added.set(key, this.#clock.monotonic());
        this.#depth.set({ name }, added.size);
      },
      started: (key) => {
        this.#waited.observe({ name }, seconds(added.get(key)));
        added.delete(key);
        this.#depth.set({ name }, added.size);
        started.set(key, this.#clock.monotonic());
      },
      done: (key) => {
        this.#worked.observe({ name }, seconds(started.get(key)));
        started.delete(key);
      },
      retried: () => this.#retries.inc({ name }),
    };
  }

  #gaugeOfAges(
    labels: { readonly labelNames: readonly ['name']; readonly registers: Registry[] },
    name: string,
    help: string,
    of: (ages: readonly number[]) => number,
  ): void {
    const ages = (started: Map<ObjectKey, number>): number[] =>
      [...started.values()].map((since) => (this.#clock.monotonic() - since) / 1000);
    const gauge: Gauge<'name'> = new Gauge({
      name,
      help,
      ...labels,
      collect: () => {
        for (const [queue, started] of this.#started) gauge.set({ name: queue }, of(ages(started)));
      },
    });
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const longest = (values: readonly number[]): number => Math.max(0, ...values);
