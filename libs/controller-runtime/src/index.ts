export type { Controller, ReconcileAgain, Watches } from './controller';
export type { EventRecorder } from './event-recorder';
export { Expectations } from './expectations';
export type { CacheEvent, IndexFunction, Informer } from './informer';
