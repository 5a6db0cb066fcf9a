import { systemClock } from '@keelson/apimachinery';
import { runDaemon } from '@keelson/component-base';
import { controllerManagerFlags, readConfig, runKubeControllerManager } from '@keelson/controller-manager';
import { runControlPlaneDaemon } from '@keelson/controller-runtime';

await runDaemon(
  {
    name: 'kube-controller-manager',
    description: 'Runs the controllers that bring the state of the cluster to what its objects say.',
    flags: controllerManagerFlags,
    async run(values, context) {
      const config = await readConfig(values);
      await runControlPlaneDaemon(values, context, {
        name: 'kube-controller-manager',
        program: process,
        lead: (parts) => runKubeControllerManager(config, { ...parts, clock: systemClock }),
      });
    },
  },
  process,
);
