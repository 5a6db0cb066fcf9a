export { FitError } from './framework/fit-error';
export {
  MAX_NODE_SCORE,
  type FilterPlugin,
  type Plugin,
  type PreFilterPlugin,
  type PreFilterResult,
  type Requeue,
  type ScorePlugin,
} from './framework/plugin';
export { fits, unresolvable, unschedulable, type Rejection, type Verdict } from './framework/verdict';
export { NodeName } from './plugins/node-name/node-name';
export { NodePorts } from './plugins/node-ports/node-ports';
export { NodeResourcesFit } from './plugins/node-resources-fit/node-resources-fit';
export { NodeUnschedulable } from './plugins/node-unschedulable/node-unschedulable';
export { TaintToleration } from './plugins/taint-toleration/taint-toleration';
export type { NodeState } from './state/node-state';
export { podStateOf, type HostPort, type PodState } from './state/pod-state';
export { SchedulerCache } from './state/scheduler-cache';
export { NodeSelector, type ProfilePlugins } from './cycle/select-node';
export { defaultPlugins } from './plugins/default-plugins';
export type { QueuedPod } from './queue/queued-pod';
export { SchedulingQueue, type ClusterEvent } from './queue/scheduling-queue';
export { Scheduler, type SchedulerDeps } from './scheduler';
export { runKubeScheduler, type KubeSchedulerDeps } from './run-kube-scheduler';
