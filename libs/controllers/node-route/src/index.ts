export { NodeRouteController, type NodeRouteControllerDeps } from './node-route-controller';
