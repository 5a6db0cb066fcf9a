import {
  conditionIsTrue,
  dns1035Label,
  dns1123Subdomain,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../generated/apiextensions/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateConversion } from './conversion-validation';
import { validateNames } from './names-validation';

const SCOPES = ['Cluster', 'Namespaced'];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_WARNING = 256;

type Definition = DeepReadonly<CustomResourceDefinition>;

export function validateCustomResourceDefinition(object: Definition, path: FieldPath, errors: FieldErrors): void {
  const { metadata, spec } = object;
  const at = path.child('spec');
  if (metadata.name !== `${spec.names.plural}.${spec.group}`)
    errors.invalid(path.child('metadata', 'name'), metadata.name, 'must be spec.names.plural+"."+spec.group');
  validateGroup(spec.group, at.child('group'), errors);
  if (isEmpty(spec.scope)) errors.required(at.child('scope'));
  else if (!SCOPES.includes(spec.scope)) errors.notSupported(at.child('scope'), spec.scope, SCOPES);
  if (spec.preserveUnknownFields === true)
    errors.invalid(
      at.child('preserveUnknownFields'),
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  validateVersions(listOf(spec.versions), at.child('versions'), errors);
  validateNames(spec.names, at.child('names'), errors);
  validateConversion(spec.conversion, at.child('conversion'), errors);
  validateStoredVersions(object, path.child('status', 'storedVersions'), errors);
}

/** What clients have learned of a resource stays: its group and plural, and once it is served, its kind and scope. */
export function validateCustomResourceDefinitionUpdate(next: Definition, previous: Definition, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  if (conditionIsTrue(previous.status?.conditions, 'Established')) {
    validateImmutable({ next: next.spec.scope, previous: previous.spec.scope }, at.child('scope'), errors);
    validateImmutable({ next: next.spec.names.kind, previous: previous.spec.names.kind }, at.child('names', 'kind'), errors);
  }
  validateImmutable({ next: next.spec.group, previous: previous.spec.group }, at.child('group'), errors);
  validateImmutable({ next: next.spec.names.plural, previous: previous.spec.names.plural }, at.child('names', 'plural'), errors);
}

function validateGroup(group: string, path: FieldPath, errors: FieldErrors): void {
  if (group === '') return errors.required(path);
  const problems = dns1123Subdomain(group);
  if (problems.length > 0) errors.invalid(path, group, problems.join(','));
  else if (!group.includes('.')) errors.invalid(path, group, 'should be a domain with at least one dot');
}

function validateVersions(versions: readonly DeepReadonly<CustomResourceDefinitionVersion>[], path: FieldPath, errors: FieldErrors): void {
  versions.forEach((version, index) => validateVersion(version, path.index(index), errors));
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length) errors.invalid(path, names, 'must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.invalid(path, names, 'must have exactly one version marked as storage version');
}

function validateVersion(version: DeepReadonly<CustomResourceDefinitionVersion>, path: FieldPath, errors: FieldErrors): void {
  const { deprecated = false, deprecationWarning: warning, name, schema } = version;
  const problems = dns1035Label(name);
  if (problems.length > 0) errors.invalid(path.child('name'), name, problems.join(','));
  if (warning !== undefined) validateWarning(warning, deprecated, path.child('deprecationWarning'), errors);
  const root = schema?.openAPIV3Schema;
  const at = path.child('schema', 'openAPIV3Schema');
  if (root === undefined) errors.required(at);
  else if (isEmpty(root.type)) {
    if (root['x-kubernetes-preserve-unknown-fields'] !== true) errors.required(at.child('type'), 'must not be empty at the root');
  } else if (root.type !== 'object') errors.invalid(at.child('type'), root.type, 'must be object at the root');
  listOf(version.additionalPrinterColumns).forEach((column, index) =>
    validateColumn(column, path.child('additionalPrinterColumns').index(index), errors),
  );
}

function validateWarning(warning: string, deprecated: boolean, path: FieldPath, errors: FieldErrors): void {
  if (!deprecated) return errors.invalid(path, warning, 'can only be set for deprecated versions');
  if (Buffer.byteLength(warning) > MAX_WARNING) errors.invalid(path, warning, `must be <= ${MAX_WARNING} characters long`);
  if (warning === '') errors.invalid(path, warning, 'must not be an empty string');
  const at = warning.search(/[[\p{C}\p{Z}]--[ ]]/v);
  if (at >= 0) errors.invalid(path, warning, `must only contain printable UTF-8 characters; non-printable character found at index ${at}`);
}

function validateColumn(
  { format = '', jsonPath, name, type }: DeepReadonly<CustomResourceColumnDefinition>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(name)) errors.required(path.child('name'));
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (isEmpty(type)) errors.required(path.child('type'), types);
  else if (!COLUMN_TYPES.includes(type)) errors.invalid(path.child('type'), type, types);
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    errors.invalid(path.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`);
  if (isEmpty(jsonPath)) errors.required(path.child('JSONPath'));
}

/** Every version that objects may lie in must still be there, the one in which they are stored now among them. */
function validateStoredVersions({ spec, status }: Definition, path: FieldPath, errors: FieldErrors): void {
  const stored = listOf(status?.storedVersions);
  if (stored.length === 0) return errors.invalid(path, stored, 'must have at least one stored version');
  const names = new Set(listOf(spec.versions).map(({ name }) => name));
  stored.forEach((name, index) => {
    if (!names.has(name))
      errors.invalid(
        path.index(index),
        name,
        `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
      );
  });
  for (const { name, storage } of listOf(spec.versions))
    if (storage && !stored.includes(name)) errors.invalid(path, stored, `must have the storage version ${name}`);
}
