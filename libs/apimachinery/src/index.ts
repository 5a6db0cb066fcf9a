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
export { conditionIsTrue, findCondition, setCondition, type ConditionLike } from './conditions';
export { deepEqual, semanticEqual } from './deep-equal';
export { humanDuration } from './human-duration';
export { scaledValue, type IntOrString } from './int-or-string';
export { controllerOf, isControlledBy, ownerReferenceTo } from './ownership';
export { isJsonObject, type Json, type JsonObject } from './patch/json';
export { applyJsonPatch } from './patch/json-patch';
export { goText } from './patch/patch-errors';
export { applyMergePatch } from './patch/merge-patch';
export { schemaless, type PatchField, type PatchSchema } from './patch/patch-schema';
export { applyStrategicMergePatch } from './patch/strategic-merge-patch';
export { threeWayMerge, type ThreeWayMerge } from './patch/three-way-merge';
export { Quantity, QuantityError, quantityMilliValue, quantityValue } from './quantity';
export type { QuantityFormat } from './quantity-format';
export { escapeFieldValue, FieldMatcher, type FieldRequirement, type FieldValues } from './selectors/field-matcher';
export { LabelMatcher, labelSelectorText } from './selectors/label-matcher';
export { SelectorError, type Labels, type Requirement, type RequirementOperator } from './selectors/requirement';
export { sortedFields } from './sorted-fields';
export { formatMicroTime, formatTime, parseTime } from './time';
export {
  canonicalIpAddress,
  cidrBlock,
  cidrContains,
  formatCidr,
  formatIp,
  ipAddress,
  parseCidr,
  parseIp,
  type Cidr,
  type IpAddress,
} from './validation/ip';
export { addProblems, validateAnnotations, validateLabels, validateLabelSelector } from './validation/labels';
export {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  dns1123SubdomainWithUnderscore,
  inRange,
  labelValue,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  nameIsPathSegment,
  pathSegmentName,
  portName,
  portNumber,
  qualifiedName,
  wildcardDns1123Subdomain,
  type NameRule,
  type Problems,
} from './validation/names';
export {
  validateFieldManager,
  validateImmutable,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type ObjectMetaRules,
} from './validation/object-meta';
export { EMPTY, FIELD_IS_IMMUTABLE, NOT_NEGATIVE, notInRange } from './validation/sentences';
export { configMapKey, httpHeaderName, percent, relaxedEnvVarName, unixId } from './validation/text-forms';
