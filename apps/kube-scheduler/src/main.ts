import { systemClock } from '@keelson/apimachinery';
import { runDaemon } from '@keelson/component-base';
import { controlPlaneFlags, runControlPlaneDaemon } from '@keelson/controller-runtime';
import { runKubeScheduler } from '@keelson/scheduler';

await runDaemon(
  {
    name: 'kube-scheduler',
    description: 'Chooses a node for every pod that has none, by what the pod needs and what the nodes have.',
    flags: controlPlaneFlags({ securePort: 10259, leaseName: 'kube-scheduler' }),
    run: (values, context) =>
      runControlPlaneDaemon(values, context, {
        name: 'kube-scheduler',
        program: process,
        lead: (parts) => runKubeScheduler({ ...parts, clock: systemClock, random: Math.random }),
      }),
  },
  process,
);
