export { EndpointsController, type EndpointsControllerDeps, type EndpointsControllerOptions } from './endpoints-controller';
export { packSubsets, type SinglePort } from './pack-subsets';
export { TRIGGER_TIME_ANNOTATION, TriggerTimes, withTriggerTime } from './trigger-times';
