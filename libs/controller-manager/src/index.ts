export type { ControllerManagerConfig } from './controller-manager-config';
export { controllerManagerFlags, readConfig } from './controller-manager-flags';
export { runKubeControllerManager, type ControllerManagerDeps } from './run-kube-controller-manager';
