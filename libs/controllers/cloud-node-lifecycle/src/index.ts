export { CloudNodeLifecycleController, type CloudNodeLifecycleControllerDeps } from './cloud-node-lifecycle-controller';
