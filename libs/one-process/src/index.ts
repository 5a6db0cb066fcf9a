export { startOneProcessCluster, type OneProcessCluster, type OneProcessDeps } from './start-one-process-cluster';
export type { OneProcessOptions } from './one-process-options';
