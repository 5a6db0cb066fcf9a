import { runDaemon } from '@keelson/component-base';
import { kubeletFlags, runKubeletDaemon } from '@keelson/kubelet';

await runDaemon(
  {
    name: 'kubelet',
    description: 'The kubelet runs the pods that are bound to its node, and tells the API server of the node and of them.',
    flags: kubeletFlags,
    run: runKubeletDaemon,
  },
  process,
);
