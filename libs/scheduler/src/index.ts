export { buildProfile, type PluginReference, type PluginSet, type ProfileSpec } from './config/build-profile';
export { loadSchedulerConfiguration, type LoadedConfiguration } from './config/load-scheduler-configuration';
export { DEFAULT_SCHEDULER_CONFIG, type SchedulerConfig } from './config/scheduler-config';
export { runKubeScheduler, type KubeSchedulerDeps } from './run-kube-scheduler';
export { kubeSchedulerFlags, runKubeSchedulerDaemon } from './run-kube-scheduler-daemon';
export { Scheduler, type SchedulerDeps } from './scheduler';
