export { EndpointsController, type EndpointsControllerDeps, type EndpointsControllerOptions } from './endpoints-controller';
