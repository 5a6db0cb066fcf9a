import {
  FieldErrors,
  FieldPath,
  nameIsDnsSubdomain,
  StatusError,
  validateObjectMeta,
  type KubernetesObject,
  type ObjectMeta,
  type ObjectMetaRules,
} from '@keelson/apimachinery';
import type { ChangeOrigin } from '@keelson/api/server';
import type { ChangeContext } from './change-context';
import { validateFinalizerNames } from './finalizer-names';
import type { RegisteredKind } from './registered-kind';

/** Sets what only the server decides, however the client filled it in; `rest.FillObjectMetaSystemFields`. */
export function fillSystemFields(object: KubernetesObject, system: { readonly uid: string; readonly now: string }): void {
  const { metadata } = object;
  metadata.uid = system.uid;
  metadata.creationTimestamp = system.now;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.managedFields;
}

/** Puts the request's namespace into the object. @throws StatusError BadRequest if the object says another */
export function ensureNamespace(object: KubernetesObject, requested: string): void {
  const stated = object.metadata.namespace ?? '';
  if (stated !== '' && stated !== requested)
    throw StatusError.badRequest(
      requested === ''
        ? `namespace may not be set on a cluster-scoped object: ${JSON.stringify(stated)}`
        : 'the namespace of the provided object does not match the namespace sent on the request',
    );
  if (requested === '') delete object.metadata.namespace;
  else object.metadata.namespace = requested;
}

/** Clears what a client does not decide and lets the kind prepare. */
export function prepareForCreate(kind: RegisteredKind, object: KubernetesObject, origin: ChangeOrigin): void {
  const { hasStatusSubresource, rules } = kind;
  if (hasStatusSubresource && rules.keepsStatusOnCreate !== true) clearStatus(kind, object);
  const generationFrom = rules.generationFrom ?? ['spec'];
  if (generationFrom.some((field) => field in object)) object.metadata.generation = 1;
  else delete object.metadata.generation;
  rules.prepareForCreate?.(object, origin);
}

/** All validation of a new object. @throws StatusError Invalid (422) with every field that is wrong */
export function validateForCreate(kind: RegisteredKind, object: KubernetesObject, context: ChangeContext): void {
  const { resource, rules } = kind;
  const errors = new FieldErrors();
  validateObjectMeta(object.metadata, objectMetaRules(kind), FieldPath.of('metadata'), errors);
  validateFinalizerNames(object.metadata, FieldPath.of('metadata', 'finalizers'), errors);
  const validation = context.validation ?? rules;
  validation.validate?.(object, FieldPath.root, errors);
  validation.validateCreate?.(object, FieldPath.root, errors);
  if (!errors.isEmpty) throw StatusError.invalid(resource, (object.metadata as Partial<ObjectMeta>).name ?? '', errors);
  for (const warning of rules.warnings?.(object, undefined) ?? []) context.warnings.add(warning);
}

export function objectMetaRules({ resource, rules }: RegisteredKind): ObjectMetaRules {
  return { namespaced: resource.namespaced, nameRule: rules.validateName ?? nameIsDnsSubdomain };
}

/** A client's status is not taken on create. */
function clearStatus({ emptyStatus }: RegisteredKind, object: KubernetesObject & { status?: unknown }): void {
  const status = emptyStatus();
  if (status === undefined) delete object.status;
  else object.status = status;
}
