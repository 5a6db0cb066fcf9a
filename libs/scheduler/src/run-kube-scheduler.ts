import { hostname } from 'node:os';
import { namespaces, nodes, pods } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import { dropManagedFields, EventBroadcaster, InformerFactory, type ControlPlaneParts } from '@keelson/controller-runtime';
import type { SchedulerConfig } from './config/scheduler-config';
import { Scheduler } from './scheduler';

export interface KubeSchedulerDeps extends Pick<ControlPlaneParts, 'client' | 'eventClient' | 'log' | 'metrics' | 'signal'> {
  readonly clock: Clock;
  readonly random: () => number;
}

/** kube-scheduler's work: schedules pods until the signal aborts. @throws Error, one line, if the configuration does not make a scheduler */
export async function runKubeScheduler(config: SchedulerConfig, deps: KubeSchedulerDeps): Promise<void> {
  const { client, clock, log, signal } = deps;
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const scheduler = new Scheduler({
    ...deps,
    ...config,
    events: new EventBroadcaster({ ...deps, client: deps.eventClient, host: hostname() }),
    pods: informers.informer(pods),
    nodes: informers.informer(nodes),
    namespaces: informers.informer(namespaces),
  });
  informers.start(signal);
  await Promise.all([scheduler.run(signal), informers.stopped()]);
}
