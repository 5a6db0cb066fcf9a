export { cleanUp } from './clean-up';
export { serviceEndpoints, type ServiceEndpoints } from './service-endpoints';
export { serviceTable } from './service-table';
export { runKubeProxy, type KubeProxyDeps } from './run-kube-proxy';
