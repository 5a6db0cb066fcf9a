import { nodes, services } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { CloudProvider, CloudProviderParts } from '@keelson/cloud';
import {
  chosenControllers,
  dropManagedFields,
  InformerFactory,
  runControllers,
  WorkQueueMetrics,
  type ControlPlaneParts,
} from '@keelson/controller-runtime';
import type { CloudControllerManagerConfig } from './cloud-controller-manager-config';
import { controllerList } from './controller-list';

export interface CloudControllerManagerDeps extends Pick<ControlPlaneParts, 'client' | 'recorderOf' | 'log' | 'metrics' | 'signal'> {
  readonly clock: Clock;
  /** Opens the cloud on the caches that it may look at. */
  readonly cloud: (parts: CloudProviderParts) => CloudProvider;
}

const DEFAULT_CONCURRENCY = 1;

/** cloud-controller-manager's work: runs the controllers chosen until the signal aborts. @throws Error, one line naming the flag */
export async function runCloudControllerManager(config: CloudControllerManagerConfig, deps: CloudControllerManagerDeps): Promise<void> {
  const { client, clock, log, metrics, recorderOf, signal } = deps;
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const cloud = deps.cloud({ nodes: informers.informer(nodes), services: informers.informer(services) });
  const parts = { client, cloud, informers, clock, log, config };
  const controllers = chosenControllers(controllerList, config.controllers).flatMap(
    ({ eventSource, make }) => make({ ...parts, recorder: recorderOf(eventSource) }) ?? [],
  );
  informers.start(signal);
  log.info('Starting controllers', { cloud: cloud.name, controllers: controllers.map(({ name }) => name).join(',') });
  const concurrency = (name: string): number => config.concurrency[name] ?? DEFAULT_CONCURRENCY;
  await runControllers(controllers, { concurrency, clock, log, metrics: new WorkQueueMetrics(metrics, clock), signal });
  await informers.stopped();
}
