export type { Controller, ReconcileAgain, Watches } from './controller';
export type { EventRecorder } from './event-recorder';
export { Expectations } from './expectations';
export type { CacheEvent, IndexFunction, Informer } from './informer';
export { dropManagedFields, InformerFactory, type InformerFactoryOptions } from './informer-factory';
export type { Selection } from './reflector';
export { runControllers, type RunControllersOptions } from './run-controllers';
export { WorkQueue, type WorkQueueOptions } from './work-queue';
export { WorkQueueMetrics, type QueueMetrics } from './work-queue-metrics';
