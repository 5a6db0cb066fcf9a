import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import {
  chosenControllers,
  dropManagedFields,
  InformerFactory,
  runControllers,
  WorkQueueMetrics,
  type Controller,
  type ControlPlaneParts,
} from '@keelson/controller-runtime';
import { controllerList } from './controller-list';
import type { ControllerManagerConfig } from './controller-manager-config';

export interface ControllerManagerDeps extends Pick<ControlPlaneParts, 'client' | 'recorderOf' | 'log' | 'metrics' | 'signal'> {
  readonly clock: Clock;
  /** The client of a controller, by the name of its service account; all use `client` if absent. */
  readonly clientFor?: ((account: string) => Promise<ApiClient>) | undefined;
}

const DEFAULT_CONCURRENCY = 5;

/** kube-controller-manager's work: runs the controllers chosen until the signal aborts. @throws Error for a controller that there is not */
export async function runKubeControllerManager(config: ControllerManagerConfig, deps: ControllerManagerDeps): Promise<void> {
  const { client, clock, log, metrics, recorderOf, signal } = deps;
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const controllers: Controller[] = [];
  for (const { account, eventSource, make } of chosenControllers(controllerList, config.controllers)) {
    const own = (await deps.clientFor?.(account)) ?? client;
    const controller = make({ client: own, informers, recorder: recorderOf(eventSource), clock, config });
    if (controller !== undefined) controllers.push(controller);
  }
  informers.start(signal);
  log.info('Starting controllers', { controllers: controllers.map(({ name }) => name).join(',') });
  const concurrency = (name: string): number => config.concurrency[name] ?? DEFAULT_CONCURRENCY;
  await runControllers(controllers, { concurrency, clock, log, metrics: new WorkQueueMetrics(metrics, clock), signal });
  await informers.stopped();
}
