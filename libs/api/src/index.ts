export * from './generated';
export type { DeepReadonly, Draft, KubernetesObject, ObjectMeta, OwnerReference } from '@keelson/apimachinery';
export { MIRROR_POD_ANNOTATION, POD_DELETION_COST_ANNOTATION } from './core/v1/pod/annotation-validation';
export { isSidecar, podIsActive, podIsAvailable, podIsReady, podIsTerminal } from './core/v1/pod/phase';
export { qosClassOf, type QosClass } from './core/v1/pod/qos';
export { addTotals, maxTotals, podLimits, podRequests, resourceTotals, type ResourceTotals } from './core/v1/pod/resources';
export { podSummary, type PodSummary } from './core/v1/pod/status-summary';
