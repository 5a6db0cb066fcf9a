export * from './generated';
export type { DeepReadonly, Draft, KubernetesObject, ObjectMeta, OwnerReference } from '@keelson/apimachinery';
export { parseCronSchedule, type CronSchedule } from './batch/v1/cron-job/schedule';
export { isTimeZone, TimeZone } from './batch/v1/cron-job/time-zone';
export { NAMESPACE_FINALIZER } from './core/v1/namespace/finalizer';
export { isNodeReady, nodeAddress } from './core/v1/node/conditions';
export { events as eventsGroupEvents, type Event as EventsGroupEvent } from './generated/events/v1';
export { matchesNodeAffinity, matchesNodeSelector, matchesNodeSelectorTerm, nodesNamedBy } from './core/v1/node/node-affinity';
export { tolerates, untoleratedTaint } from './core/v1/node/taints';
export { MIRROR_POD_ANNOTATION, POD_DELETION_COST_ANNOTATION } from './core/v1/pod/annotation-validation';
export { isSidecar, podIsActive, podIsAvailable, podIsReady, podIsTerminal } from './core/v1/pod/phase';
export { qosClassOf, type QosClass } from './core/v1/pod/qos';
export {
  addTotals,
  maxTotals,
  podLimits,
  podLimitsInEffect,
  podRequests,
  podRequestsInEffect,
  resourceTotals,
  type ResourceTotals,
} from './core/v1/pod/resources';
export { isExtendedResource, isHugePages, isNativeResource } from './core/v1/pod-spec/resource-names';
export { podSummary, type PodSummary } from './core/v1/pod/status-summary';
export { isExternallyAccessible, isHeadless, needsClusterIp, needsHealthCheckPort, needsNodePort } from './core/v1/service/type';
