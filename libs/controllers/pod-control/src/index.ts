export { claim, type Claim } from './claim';
export { namespaceIsTerminating, PodControl, podFromTemplate, type PodControlDeps } from './pod-control';
export { podIsActive, podIsReady, podIsTerminating, podReadySince, untilAvailable } from './pod-state';
export { NODE_NAME_INDEX, podsByNode } from './pods-by-node';
export { rankForDeletion } from './rank-for-deletion';
export { asError, slowStart } from './slow-start';
