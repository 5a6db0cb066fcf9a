import {
  addProblems,
  configMapKey,
  dns1123Subdomain,
  qualifiedName,
  relaxedEnvVarName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector } from '../../../generated/core/v1';
import { isEmpty, listOf, presentFields } from '../../../presence';
import { validateQuantity } from './resource-validation';

const ENV_FIELDS: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
const VOLUME_FIELDS: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.labels',
  'metadata.annotations',
  'metadata.uid',
]);
/** What the downward API knows at all, in either place. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const RESOURCE_FIELDS = ['limits', 'requests'].flatMap((list) => ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${list}.${name}`));
const CPU_DIVISORS: ReadonlySet<string> = new Set(['1m', '1']);
const BYTE_DIVISORS: ReadonlySet<string> = new Set(['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']);
const BYTE_DIVISOR_LIST = [...BYTE_DIVISORS].join(', ');

export function validateEnv(variables: DeepReadonly<EnvVar[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(variables).forEach((variable, position) => {
    const at = path.index(position);
    if (isEmpty(variable.name)) errors.required(at.child('name'));
    else addProblems(relaxedEnvVarName(variable.name), variable.name, at.child('name'), errors);
    if (variable.valueFrom !== undefined) validateValueFrom(variable.valueFrom, variable.value, at.child('valueFrom'), errors);
  });
}

export function validateEnvFrom(sources: DeepReadonly<EnvFromSource[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(sources).forEach(({ prefix = '', configMapRef, secretRef }, position) => {
    const at = path.index(position);
    if (prefix !== '') addProblems(relaxedEnvVarName(prefix), prefix, at.child('prefix'), errors);
    for (const [field, reference] of Object.entries({ configMapRef, secretRef })) {
      if (reference === undefined) continue;
      if (isEmpty(reference.name)) errors.required(at.child(field, 'name'));
      else addProblems(dns1123Subdomain(reference.name ?? ''), reference.name, at.child(field, 'name'), errors);
    }
    if (configMapRef === undefined && secretRef === undefined)
      errors.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
    if (configMapRef !== undefined && secretRef !== undefined)
      errors.invalid(path, '', 'may not have more than one field specified at a time');
  });
}

function validateValueFrom(source: DeepReadonly<EnvVarSource>, value: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (source.fieldRef !== undefined) validateFieldRef(source.fieldRef, 'env', path.child('fieldRef'), errors);
  if (source.resourceFieldRef !== undefined)
    validateResourceFieldRef(source.resourceFieldRef, 'env', path.child('resourceFieldRef'), errors);
  for (const field of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[field];
    if (reference === undefined) continue;
    addProblems(dns1123Subdomain(reference.name ?? ''), reference.name ?? '', path.child(field, 'name'), errors);
    if (isEmpty(reference.key)) errors.required(path.child(field, 'key'));
    else addProblems(configMapKey(reference.key), reference.key, path.child(field, 'key'), errors);
  }
  const count = presentFields(source).length;
  if (count === 0)
    errors.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  else if (!isEmpty(value)) errors.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) errors.invalid(path, '', 'may not have more than one field specified at a time');
}

/** A field of the pod, for an environment variable or a file. */
export function validateFieldRef(
  { apiVersion, fieldPath }: DeepReadonly<ObjectFieldSelector>,
  place: 'env' | 'volume',
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(apiVersion)) return errors.required(path.child('apiVersion'));
  if (isEmpty(fieldPath)) return errors.required(path.child('fieldPath'));
  const [, base, subscript] = /^(.+)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (base !== undefined && subscript !== undefined) {
    if (base === 'metadata.annotations') addProblems(qualifiedName(subscript.toLowerCase()), subscript.toLowerCase(), path, errors);
    else if (base === 'metadata.labels') addProblems(qualifiedName(subscript), subscript, path, errors);
    else errors.invalid(path.child('fieldPath'), fieldPath, 'error converting fieldPath: field label does not support subscript');
    return;
  }
  const allowed = place === 'env' ? ENV_FIELDS : VOLUME_FIELDS;
  if (!KNOWN_FIELDS.has(fieldPath))
    errors.invalid(path.child('fieldPath'), fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`);
  else if (!allowed.has(fieldPath)) errors.notSupported(path.child('fieldPath'), fieldPath, [...allowed].sort());
}

/** A container's request or limit, for an environment variable or a file. */
export function validateResourceFieldRef(
  { containerName, resource, divisor }: DeepReadonly<ResourceFieldSelector>,
  place: 'env' | 'volume',
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (place === 'volume' && isEmpty(containerName)) errors.required(path.child('containerName'));
  else if (isEmpty(resource)) errors.required(path.child('resource'));
  else if (!RESOURCE_FIELDS.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource))
    errors.notSupported(path.child('resource'), resource, RESOURCE_FIELDS);
  if (divisor !== undefined && !isEmpty(resource)) validateDivisor(resource, divisor, path.child('divisor'), errors);
}

function validateDivisor(resource: string, divisor: string, path: FieldPath, errors: FieldErrors): void {
  const quantity = validateQuantity(divisor, path, errors);
  if (quantity === undefined || quantity.isZero) return;
  const name = resource.slice(resource.indexOf('.') + 1);
  if (name === 'cpu') {
    if (!CPU_DIVISORS.has(quantity.toString()))
      errors.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
    return;
  }
  const kind = name === 'memory' ? 'memory' : name.startsWith('hugepages-') ? 'hugepages' : 'local ephemeral storage';
  if (!BYTE_DIVISORS.has(quantity.toString()))
    errors.invalid(path, resource, `only divisor's values ${BYTE_DIVISOR_LIST} are supported with the ${kind} resource`);
}
