export { EndpointsController, type EndpointsControllerDeps, type EndpointsControllerOptions } from './endpoints-controller';
export { packSubsets, type SinglePort } from './pack-subsets';
export { ServiceWakeups } from './service-wakeups';
export { TRIGGER_TIME_ANNOTATION, TriggerTimes, withTriggerTime } from './trigger-times';
