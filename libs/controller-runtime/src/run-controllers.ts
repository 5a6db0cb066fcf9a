import { StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Controller } from './controller';
import { QueueWatches } from './queue-watches';
import { WorkQueue } from './work-queue';
import type { WorkQueueMetrics } from './work-queue-metrics';

export interface RunControllersOptions {
  /** Workers of the controller of that name: upstream's `--concurrent-*-syncs`. Five if absent. */
  readonly concurrency?: (name: string) => number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: WorkQueueMetrics | undefined;
  readonly signal: AbortSignal;
}

const DEFAULT_CONCURRENCY = 5;

/**
 * Runs `controllers` until `signal` aborts: each once its own informers have synced, with its own queue and workers.
 * Resolves when every `reconcile` under way has ended. A failing `reconcile` never ends the others, nor the run.
 */
export async function runControllers(controllers: readonly Controller[], options: RunControllersOptions): Promise<void> {
  await Promise.all(controllers.map((controller) => runController(controller, options)));
}

async function runController(controller: Controller, options: RunControllersOptions): Promise<void> {
  const { clock, metrics, signal, concurrency = () => DEFAULT_CONCURRENCY } = options;
  const log = options.log.with({ controller: controller.name });
  const queue = new WorkQueue({ clock, metrics: metrics?.queue(controller.name), backoff: controller.backoff });
  const watches = new QueueWatches(queue, clock);
  const stop = (): void => {
    watches.close();
    queue.shutDown();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    controller.watches(watches);
    if (!(await watches.synced(signal))) return;
    log.v(2, 'Caches are synced');
    const workers = Math.max(1, concurrency(controller.name));
    await Promise.all(Array.from({ length: workers }, () => work(controller, queue, { log, signal })));
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function work(controller: Controller, queue: WorkQueue, context: { log: Logger; signal: AbortSignal }): Promise<void> {
  for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
    // What still waits when the run ends is left to the next run, which starts from the state of the cluster anyway.
    if (!context.signal.aborted) await reconcileOnce(controller, queue, { ...context, key });
    queue.done(key);
  }
}

async function reconcileOnce(
  controller: Controller,
  queue: WorkQueue,
  { key, log, signal }: { key: ObjectKey; log: Logger; signal: AbortSignal },
): Promise<void> {
  try {
    const again = await controller.reconcile(key, signal);
    queue.forget(key);
    if (again !== undefined) queue.addAfter(key, again.requeueAfter);
  } catch (error) {
    if (signal.aborted) return;
    // A lost race is settled by the next try, and is nothing to alarm anyone.
    if (StatusError.is(error, 'Conflict')) log.v(2, 'Reconcile lost a race', { key, error });
    else log.error('Reconcile failed', { key, error, failures: queue.failures(key) + 1 });
    queue.addRateLimited(key);
  }
}
