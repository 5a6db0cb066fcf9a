import { systemClock } from '@keelson/apimachinery';
import { cloudProviderOf } from '@keelson/cloud';
import { cloudControllerManagerFlags, readConfig, runCloudControllerManager } from '@keelson/cloud-controller-manager';
import { runDaemon } from '@keelson/component-base';
import { runControlPlaneDaemon, type ControlPlaneParts } from '@keelson/controller-runtime';

const NAME = 'cloud-controller-manager';

await runDaemon(
  {
    name: NAME,
    description: 'Connects a cluster to the cloud that it runs on: its machines, its load balancers, its routes.',
    flags: cloudControllerManagerFlags,
    async run(values, context) {
      const config = readConfig(values);
      const cloud = await cloudProviderOf(values['cloud-provider']).open(values['cloud-config']);
      const lead = (parts: ControlPlaneParts): Promise<void> => runCloudControllerManager(config, { ...parts, clock: systemClock, cloud });
      await runControlPlaneDaemon(values, context, { name: NAME, lead });
    },
  },
  process,
);
