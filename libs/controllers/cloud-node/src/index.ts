export { CloudNodeController, type CloudNodeControllerDeps } from './cloud-node-controller';
