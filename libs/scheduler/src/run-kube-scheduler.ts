import { nodes, pods } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import { dropManagedFields, InformerFactory, type ControlPlaneParts } from '@keelson/controller-runtime';
import { defaultPlugins } from './plugins/default-plugins';
import { Scheduler } from './scheduler';

export interface KubeSchedulerDeps extends Pick<ControlPlaneParts, 'client' | 'recorder' | 'log' | 'signal'> {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Upstream's `default-scheduler`: the one that pods name which name none. */
const SCHEDULER_NAME = 'default-scheduler';

/** kube-scheduler's work: schedules pods until the signal aborts. */
export async function runKubeScheduler({ client, clock, log, random, recorder, signal }: KubeSchedulerDeps): Promise<void> {
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const scheduler = new Scheduler({
    client,
    pods: informers.informer(pods),
    nodes: informers.informer(nodes),
    recorder,
    clock,
    log,
    random,
    plugins: defaultPlugins(),
    schedulerName: SCHEDULER_NAME,
  });
  informers.start(signal);
  await Promise.all([scheduler.run(signal), informers.stopped()]);
}
