export { claim, type Claim } from './claim';
export { namespaceIsTerminating, PodControl, podFromTemplate, type PodControlDeps } from './pod-control';
export { podIsActive, podIsReady, podIsTerminating, podReadySince, untilAvailable } from './pod-state';
export { rankForDeletion } from './rank-for-deletion';
export { asError, slowStart } from './slow-start';
