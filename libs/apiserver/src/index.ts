export { inProcessCheck, type ComponentCheck, type ComponentHealth } from './component-status/component-check';
export { storeChecks } from './component-status/control-plane-checks';
export type { ApiserverConfig } from './server/apiserver-config';
export { createApiserver, type Apiserver, type ApiserverDeps } from './server/create-apiserver';
export { runKubeApiserver, type KubeApiserverDeps } from './server/run-kube-apiserver';
