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
import { absentControllers } from './absent-controllers';
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
  const chosen = chosenControllers(controllerList, config.controllers, absentControllers);
  const wanted = namedAbsentControllers(config.controllers);
  if (wanted.length > 0) log.warn('There are no such controllers here, so nobody does their work', { controllers: wanted.join(',') });
  for (const { account, eventSource, make } of chosen) {
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

/** Those asked for by name, and not only as part of all. */
function namedAbsentControllers(selection: readonly string[]): readonly string[] {
  const named = selection.filter((word) => word !== '*');
  return chosenControllers(absentControllers, named, controllerList).map(({ name }) => name);
}
