export { EndpointsController, type EndpointsControllerDeps, type EndpointsControllerOptions } from './endpoints-controller';
export { packSubsets, type SinglePort } from './pack-subsets';
