export { DeploymentController, type DeploymentControllerDeps } from './deployment-controller';
