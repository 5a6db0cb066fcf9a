export { systemClock, sleep, type Clock } from './clock';
export { FakeClock } from './fake-clock';
export type { DeepReadonly } from './deep-readonly';
export { FieldErrors, type FieldError, type FieldErrorType } from './field-errors';
export { FieldPath } from './field-path';
export { objectKey, parseObjectKey, type ObjectKey, type ObjectName } from './object-key';
export type {
  APIGroup,
  APIResource,
  Condition,
  DeleteOptions,
  Draft,
  GroupVersionForDiscovery,
  KubernetesObject,
  LabelSelector,
  LabelSelectorRequirement,
  ListMeta,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  Preconditions,
} from './object-meta';
export { apiVersionOf, groupResource, parseApiVersion, type GroupVersionKind, type GroupVersionResource, type Resource } from './resource';
export type { Status, StatusCause, StatusDetails } from './status';
export { STATUS_CODES, StatusError, type StatusReason } from './status-error';
