import { semanticEqual } from '../deep-equal';
import type { DeepReadonly } from '../deep-readonly';
import type { FieldErrors } from '../field-errors';
import type { FieldPath } from '../field-path';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../object-meta';
import { parseApiVersion } from '../resource';
import { addProblems, validateAnnotations, validateLabels } from './labels';
import { nameIsDnsLabel, qualifiedName, type NameRule } from './names';
import { FIELD_IS_IMMUTABLE, NOT_NEGATIVE } from './sentences';

type Meta = DeepReadonly<ObjectMeta>;

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const MAX_MANAGER_LENGTH = 128;
const MAX_SUBRESOURCE_LENGTH = 256;

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
}

/** The rules of metadata for every kind (k8s.io/apimachinery/pkg/api/validation). `path` is where the metadata stands. */
export function validateObjectMeta(meta: Meta, { namespaced, nameRule }: ObjectMetaRules, path: FieldPath, errors: FieldErrors): void {
  const { generateName = '', namespace = '', generation = 0 } = meta;
  if (generateName !== '') addProblems(nameRule(generateName, true), generateName, path.child('generateName'), errors);
  if (isAbsent(meta.name)) errors.required(path.child('name'), 'name or generateName is required');
  else addProblems(nameRule(meta.name, false), meta.name, path.child('name'), errors);
  if (!namespaced) {
    if (namespace !== '') errors.forbidden(path.child('namespace'), 'not allowed on this type');
  } else if (namespace === '') errors.required(path.child('namespace'));
  else addProblems(nameIsDnsLabel(namespace, false), namespace, path.child('namespace'), errors);
  if (generation < 0) errors.invalid(path.child('generation'), generation, NOT_NEGATIVE);
  validateTexts(meta, path, errors);
  validateFinalizers(meta.finalizers, path.child('finalizers'), errors);
}

/** What an update may not do to metadata. Run it beside {@link validateObjectMeta} on the new object. */
export function validateObjectMetaUpdate(next: Meta, previous: Meta, path: FieldPath, errors: FieldErrors): void {
  if (previous.deletionTimestamp !== undefined) forbidNewFinalizers(next, previous, path.child('finalizers'), errors);
  if (isAbsent(next.resourceVersion)) errors.invalid(path.child('resourceVersion'), '', 'must be specified for an update');
  if ((next.generation ?? 0) < (previous.generation ?? 0))
    errors.invalid(path.child('generation'), next.generation ?? 0, 'must not be decremented');
  for (const field of ['name', 'namespace', 'uid'] as const)
    validateImmutable({ next: next[field] ?? '', previous: previous[field] ?? '' }, path.child(field), errors);
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const)
    validateImmutable({ next: next[field], previous: previous[field] }, path.child(field), errors);
}

/** Adds an error if a field that may not change has changed; empty lists and maps count as absent. */
export function validateImmutable(
  { next, previous }: { readonly next: unknown; readonly previous: unknown },
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!semanticEqual(next, previous)) errors.invalid(path, next, FIELD_IS_IMMUTABLE);
}

function validateTexts(meta: Meta, path: FieldPath, errors: FieldErrors): void {
  validateLabels(meta.labels, path.child('labels'), errors);
  validateAnnotations(meta.annotations, path.child('annotations'), errors);
  validateOwnerReferences(meta.ownerReferences ?? [], path.child('ownerReferences'), errors);
  meta.managedFields?.forEach((entry, position) => validateManagedFields(entry, path.child('managedFields').index(position), errors));
}

function validateOwnerReferences(references: DeepReadonly<OwnerReference[]>, path: FieldPath, errors: FieldErrors): void {
  let first: string | undefined;
  for (const reference of references) {
    validateOwnerReference(reference, path, errors);
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (first === undefined) first = name;
    else
      errors.invalid(
        path,
        references,
        `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`,
      );
  }
}

function validateOwnerReference(reference: DeepReadonly<OwnerReference>, path: FieldPath, errors: FieldErrors): void {
  const { group, version } = parseApiVersion(reference.apiVersion);
  if (version === '') errors.invalid(path.child('apiVersion'), reference.apiVersion, 'version must not be empty');
  for (const field of ['kind', 'name', 'uid'] as const)
    if (isAbsent(reference[field])) errors.invalid(path.child(field), '', 'must not be empty');
  if (group === '' && version === 'v1' && reference.kind === 'Event')
    errors.invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner');
}

function validateFinalizers(finalizers: readonly string[] = [], path: FieldPath, errors: FieldErrors): void {
  for (const finalizer of finalizers) addProblems(qualifiedName(finalizer), finalizer, path, errors);
  if (finalizers.includes(ORPHAN) && finalizers.includes(FOREGROUND))
    errors.invalid(path, finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`);
}

function forbidNewFinalizers(next: Meta, previous: Meta, path: FieldPath, errors: FieldErrors): void {
  const extra = (next.finalizers ?? []).filter((finalizer) => previous.finalizers?.includes(finalizer) !== true).sort();
  if (extra.length === 0) return;
  const list = `[]string{${[...new Set(extra)].map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
  errors.forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`);
}

function validateManagedFields(entry: DeepReadonly<ManagedFieldsEntry>, path: FieldPath, errors: FieldErrors): void {
  const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry;
  if (operation !== 'Apply' && operation !== 'Update') errors.invalid(path.child('operation'), operation, 'must be `Apply` or `Update`');
  if (fieldsType !== '' && fieldsType !== 'FieldsV1') errors.invalid(path.child('fieldsType'), fieldsType, 'must be `FieldsV1`');
  validateFieldManager(manager, path.child('manager'), errors);
  if (subresource.length > MAX_SUBRESOURCE_LENGTH) errors.tooLong(path.child('subresource'), MAX_SUBRESOURCE_LENGTH);
}

/** The name of a field manager: at most 128 bytes, all of them printable. */
export function validateFieldManager(manager: string, path: FieldPath, errors: FieldErrors): void {
  if (Buffer.byteLength(manager) > MAX_MANAGER_LENGTH) errors.tooLong(path, MAX_MANAGER_LENGTH);
  let position = 0;
  for (const character of manager) {
    if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character) || (character !== ' ' && /\p{Zs}/u.test(character)))
      errors.invalid(path, manager, `invalid character ${codePointName(character)} (at position ${position})`);
    position += Buffer.byteLength(character);
  }
}

const codePointName = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** A client may leave out what the types promise. */
const isAbsent = (text: string | undefined): boolean => text === undefined || text === '';
