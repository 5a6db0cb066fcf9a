import {
  deepEqual,
  FieldErrors,
  FieldPath,
  StatusError,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type DeepReadonly,
  type KubernetesObject,
  type ObjectMeta,
} from '@keelson/apimachinery';
import type { ChangeOrigin } from '@keelson/api/server';
import type { ChangeContext } from './change-context';
import { ensureNamespace, objectMetaRules } from './before-create';
import { validateFinalizerNames } from './finalizer-names';
import type { RegisteredKind } from './registered-kind';

type Fields = KubernetesObject & Record<string, unknown>;

/** Carries over what an update can't change, and lets the kind prepare. @throws StatusError BadRequest for another namespace */
export function prepareForUpdate(
  kind: RegisteredKind,
  next: KubernetesObject,
  previous: DeepReadonly<KubernetesObject>,
  context: ChangeContext & Pick<ChangeOrigin, 'now'>,
): void {
  ensureNamespace(next, previous.metadata.namespace ?? '');
  carryOverMetadata(next, previous);
  // A binding, although it names the node in the spec, is no change of what is wanted: the pod's generation stays (KEP-5067).
  if (context.isServersOwn === true) return;
  prepare(kind, next, previous, context);
  countGeneration(kind, next, previous);
}

/** All validation of a changed object. @throws StatusError Invalid (422) with every field that is wrong */
export function validateForUpdate(
  kind: RegisteredKind,
  next: KubernetesObject,
  previous: DeepReadonly<KubernetesObject>,
  context: ChangeContext,
): void {
  const { resource, rules } = kind;
  const errors = new FieldErrors();
  validateObjectMeta(next.metadata, objectMetaRules(kind), FieldPath.of('metadata'), errors);
  validateFinalizerNames(next.metadata, FieldPath.of('metadata', 'finalizers'), errors);
  validateObjectMetaUpdate(next.metadata, previous.metadata, FieldPath.of('metadata'), errors);
  if (context.subresource === '') {
    const validation = context.validation ?? rules;
    validation.validate?.(next, FieldPath.root, errors);
    validation.validateUpdate?.(next, previous, FieldPath.root, errors);
  } else if (context.isServersOwn !== true)
    rules.subresources?.[context.subresource]?.validateUpdate?.(next, previous, FieldPath.root, errors);
  if (!errors.isEmpty) throw StatusError.invalid(resource, next.metadata.name, errors);
  for (const warning of rules.warnings?.(next, previous) ?? []) context.warnings.add(warning);
}

/** What a client sent may lack what every stored object has. */
function carryOverMetadata(
  { metadata }: { readonly metadata: Partial<ObjectMeta> },
  { metadata: old }: DeepReadonly<KubernetesObject>,
): void {
  if ((metadata.uid ?? '') === '') metadata.uid = old.uid;
  if (['', '0'].includes(metadata.resourceVersion ?? '')) metadata.resourceVersion = old.resourceVersion;
  metadata.creationTimestamp = old.creationTimestamp;
  delete metadata.selfLink;
  delete metadata.managedFields;
  if (old.generation === undefined) delete metadata.generation;
  else metadata.generation = old.generation;
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
}

function prepare(
  { hasStatusSubresource, rules }: RegisteredKind,
  next: KubernetesObject,
  previous: DeepReadonly<KubernetesObject>,
  { now, subresource, user }: Pick<ChangeContext, 'subresource' | 'user'> & Pick<ChangeOrigin, 'now'>,
): void {
  if (subresource === '') {
    if (hasStatusSubresource) copyField(next, previous, 'status');
    rules.prepareForUpdate?.(next, previous);
    return;
  }
  const own = rules.subresources?.[subresource];
  if (own?.prepareForUpdate !== undefined) own.prepareForUpdate(next, previous, { user, now });
  else keepOnlyStatus(next, previous);
}

/** An update of `status` changes nothing else but labels, annotations and the like of the metadata. */
function keepOnlyStatus(next: KubernetesObject, previous: DeepReadonly<KubernetesObject>): void {
  for (const field of new Set([...Object.keys(next), ...Object.keys(previous)]))
    if (field !== 'status' && field !== 'metadata' && field !== 'kind' && field !== 'apiVersion') copyField(next, previous, field);
}

function copyField(next: KubernetesObject, previous: DeepReadonly<KubernetesObject>, field: string): void {
  const value = (previous as DeepReadonly<Fields>)[field];
  if (value === undefined) Reflect.deleteProperty(next, field);
  else (next as Fields)[field] = value;
}

function countGeneration({ rules }: RegisteredKind, next: KubernetesObject, previous: DeepReadonly<KubernetesObject>): void {
  const { generation } = previous.metadata;
  if (generation === undefined) return;
  const fields = rules.generationFrom ?? ['spec'];
  const changed = fields.some((field) => !deepEqual((next as Fields)[field], (previous as DeepReadonly<Fields>)[field]));
  next.metadata.generation = changed ? generation + 1 : generation;
}
