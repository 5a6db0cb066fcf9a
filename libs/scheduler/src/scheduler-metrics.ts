import { counter, exponentialBuckets, gauge, histogram, registerMetrics, type DaemonContext } from '@keelson/component-base';
import type { CycleObserver, ExtensionPoint, PointRun } from './cycle/cycle-observer';
import type { QueuedPod } from './queue/queued-pod';
import type { SchedulingQueue } from './queue/scheduling-queue';
import type { SchedulerCache } from './state/scheduler-cache';

/** Upstream's names, labels and buckets; all times are in seconds. */
const METRICS = {
  attempts: counter({
    name: 'scheduler_schedule_attempts_total',
    help: 'Attempts to schedule a pod, by result',
    labels: ['result', 'profile'],
  }),
  attemptDuration: histogram({
    name: 'scheduler_scheduling_attempt_duration_seconds',
    help: 'Duration of an attempt: the decision and the binding',
    labels: ['result', 'profile'],
    buckets: exponentialBuckets(0.001, 2, 15),
  }),
  algorithmDuration: histogram({
    name: 'scheduler_scheduling_algorithm_duration_seconds',
    help: 'Duration of the decision for a node',
    buckets: exponentialBuckets(0.001, 2, 15),
  }),
  sliDuration: histogram({
    name: 'scheduler_pod_scheduling_sli_duration_seconds',
    help: 'Time from when a pod was first queued until it was bound, over all its attempts',
    labels: ['attempts'],
    buckets: exponentialBuckets(0.01, 2, 20),
  }),
  attemptsPerPod: histogram({
    name: 'scheduler_pod_scheduling_attempts',
    help: 'Attempts it took to bind a pod',
    buckets: exponentialBuckets(1, 2, 5),
  }),
  scheduledAfterFlush: counter({
    name: 'scheduler_pod_scheduled_after_flush_total',
    help: 'Pods bound after they were tried again for having waited too long, which no hint had foreseen',
  }),
  extensionPoint: histogram({
    name: 'scheduler_framework_extension_point_duration_seconds',
    help: 'Duration of all plugins of an extension point, for one pod',
    labels: ['extension_point', 'status', 'profile'],
    buckets: exponentialBuckets(0.0001, 2, 12),
  }),
  evaluations: counter({
    name: 'scheduler_plugin_evaluation_total',
    help: 'Pods that a plugin was asked about at an extension point',
    labels: ['plugin', 'extension_point', 'profile'],
  }),
  incoming: counter({
    name: 'scheduler_queue_incoming_pods_total',
    help: 'Pods that entered a queue, by what brought them there',
    labels: ['queue', 'event'],
  }),
} as const;

/** How an attempt ended, and how a decision did. */
export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** The scheduler's metrics under upstream's names. Make one for each registry. */
export class SchedulerMetrics implements CycleObserver {
  readonly #registry: DaemonContext['metrics'];
  readonly #metrics: ReturnType<typeof registerMetrics<typeof METRICS>>;

  constructor(registry: DaemonContext['metrics']) {
    this.#registry = registry;
    this.#metrics = registerMetrics(registry, METRICS);
  }

  /** Reads the sizes of queue and cache whenever the metrics are read. */
  watchSizes(queue: SchedulingQueue, cache: SchedulerCache): void {
    registerMetrics(this.#registry, {
      pending: gauge({
        name: 'scheduler_pending_pods',
        help: 'Pods that wait for a node, by queue',
        labels: ['queue'],
        collect: (pending) => {
          for (const [name, size] of Object.entries(queue.sizes)) pending.set({ queue: name }, size);
        },
      }),
      cacheSize: gauge({
        name: 'scheduler_cache_size',
        help: 'Nodes, pods, and pods taken to be bound, in the cache',
        labels: ['type'],
        collect: (cacheSize) => {
          const { assumed, nodes, pods } = cache.sizes;
          cacheSize.set({ type: 'nodes' }, nodes);
          cacheSize.set({ type: 'pods' }, pods);
          cacheSize.set({ type: 'assumed_pods' }, assumed);
        },
      }),
    });
  }

  incoming(queue: string, event: string): void {
    this.#metrics.incoming.inc({ queue, event });
  }

  /** An attempt ended. Times are milliseconds, here and below. */
  attempted(profile: string, result: AttemptResult, duration: number): void {
    this.#metrics.attempts.inc({ result, profile });
    this.#metrics.attemptDuration.observe({ result, profile }, duration / 1000);
  }

  decided(duration: number): void {
    this.#metrics.algorithmDuration.observe(duration / 1000);
  }

  bound({ attempts, firstQueued, wasFlushed }: QueuedPod, now: number): void {
    // Upstream's buckets of this label end there.
    const label = attempts >= 15 ? '15+' : String(attempts);
    this.#metrics.sliDuration.observe({ attempts: label }, (now - (firstQueued ?? now)) / 1000);
    this.#metrics.attemptsPerPod.observe(attempts);
    if (wasFlushed) this.#metrics.scheduledAfterFlush.inc();
  }

  ranPoint(point: ExtensionPoint, { profile, status, duration }: PointRun): void {
    this.#metrics.extensionPoint.observe({ extension_point: point, status, profile }, duration / 1000);
  }

  asked(plugin: string, point: ExtensionPoint, profile: string): void {
    this.#metrics.evaluations.inc({ plugin, extension_point: point, profile });
  }
}
