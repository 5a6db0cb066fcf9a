import { systemClock } from '@keelson/apimachinery';
import { flag, type DaemonContext, type FlagValues } from '@keelson/component-base';
import { controlPlaneFlags, runControlPlaneDaemon } from '@keelson/controller-runtime';
import { loadSchedulerConfiguration, type LoadedConfiguration } from './config/load-scheduler-configuration';
import { DEFAULT_SCHEDULER_CONFIG } from './config/scheduler-config';
import { runKubeScheduler } from './run-kube-scheduler';

export const kubeSchedulerFlags = {
  config: flag.string({ section: 'Misc', usage: 'A KubeSchedulerConfiguration file; flags on the command line win over it' }),
  ...controlPlaneFlags({ securePort: 10259, leaseName: 'kube-scheduler', toleratesLookupFailure: true }),
};

/** The scheduler as a daemon: configuration, leader election, serving, and its work. @throws Error, one line, for a wrong configuration */
export async function runKubeSchedulerDaemon(
  values: FlagValues<typeof kubeSchedulerFlags>,
  context: DaemonContext,
  given: ReadonlySet<string>,
): Promise<void> {
  const { flags, scheduler } = await configurationOf(values.config);
  const fromFile = Object.fromEntries(Object.entries(flags).filter(([name]) => !given.has(name)));
  await runControlPlaneDaemon({ ...values, ...fromFile }, context, {
    name: 'kube-scheduler',
    lead: (parts) => runKubeScheduler(scheduler, { ...parts, clock: systemClock, random: Math.random }),
  });
}

async function configurationOf(path: string | undefined): Promise<LoadedConfiguration> {
  return path === undefined ? { scheduler: DEFAULT_SCHEDULER_CONFIG, flags: {} } : loadSchedulerConfiguration(path);
}
