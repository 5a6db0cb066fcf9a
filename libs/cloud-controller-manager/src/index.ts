export type { CloudControllerManagerConfig } from './cloud-controller-manager-config';
export { cloudControllerManagerFlags, readConfig } from './cloud-controller-manager-flags';
export { runCloudControllerManager, type CloudControllerManagerDeps } from './run-cloud-controller-manager';
