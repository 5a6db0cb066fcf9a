export { DaemonSetController, type DaemonSetControllerDeps } from './daemonset-controller';
