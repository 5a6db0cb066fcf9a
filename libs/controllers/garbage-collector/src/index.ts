export { GarbageCollector, type GarbageCollectorDeps } from './garbage-collector';
