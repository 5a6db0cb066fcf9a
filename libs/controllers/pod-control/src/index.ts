export { adoptersOf, claimable, ORPHAN_INDEX, orphansByNamespace } from './adoption';
export { claim, type Claim } from './claim';
export { ExpectedPods, forEachPod, type ExpectedPodsDeps } from './expected-pods';
export { PodControl, podFromTemplate } from './pod-control';
export { podIsActive, podIsReady, podIsTerminating, podReadySince, untilAvailable } from './pod-state';
export { NODE_NAME_INDEX, podsByNode } from './pods-by-node';
export { rankForDeletion } from './rank-for-deletion';
export { safeEncode } from './safe-encode';
export { slowStart } from './slow-start';
