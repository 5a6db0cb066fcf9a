export { PodGarbageCollector, type PodGarbageCollectorDeps } from './pod-garbage-collector';
