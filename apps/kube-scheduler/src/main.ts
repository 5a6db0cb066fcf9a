import { runDaemon } from '@keelson/component-base';
import { kubeSchedulerFlags, runKubeSchedulerDaemon } from '@keelson/scheduler';

await runDaemon(
  {
    name: 'kube-scheduler',
    description: 'Chooses a node for every pod that has none, by what the pod needs and what the nodes have.',
    flags: kubeSchedulerFlags,
    run: runKubeSchedulerDaemon,
  },
  process,
);
