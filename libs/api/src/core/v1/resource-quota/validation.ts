import { deepEqual, FIELD_IS_IMMUTABLE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus, ScopedResourceSelectorRequirement } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { validateAmount, validateResourceName } from '../pod-spec/resource-validation';

const POD_RESOURCES = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];

/** What can be limited by a plain name. */
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  ...POD_RESOURCES,
  ...CLAIM_RESOURCES,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

/** Each scope, and which resources it can narrow down. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  BestEffort: ['pods'],
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  VolumeAttributesClass: CLAIM_RESOURCES,
};
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const EXISTENCE_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

export function validateResourceQuota({ spec, status }: DeepReadonly<ResourceQuota>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateAmounts(spec.hard, at.child('hard'), errors);
  validateScopes(spec, at.child('scopes'), errors);
  validateSelector(spec, at.child('scopeSelector', 'matchExpressions'), errors);
  validateStatus(status, path.child('status'), errors);
}

/** What is used may be anything that can be limited, whatever the limits are now. */
export function validateResourceQuotaStatusUpdate(
  { status }: DeepReadonly<ResourceQuota>,
  _previous: DeepReadonly<ResourceQuota>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateStatus(status, path.child('status'), errors);
}

function validateStatus(status: DeepReadonly<ResourceQuotaStatus> | undefined, path: FieldPath, errors: FieldErrors): void {
  validateAmounts(status?.hard, path.child('hard'), errors);
  validateAmounts(status?.used, path.child('used'), errors);
}

export function validateResourceQuotaUpdate(
  next: DeepReadonly<ResourceQuota>,
  previous: DeepReadonly<ResourceQuota>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const sorted = (scopes: readonly string[] | undefined): string[] => [...new Set(scopes)].sort();
  if (!deepEqual(sorted(next.spec.scopes), sorted(previous.spec.scopes)))
    errors.invalid(path.child('spec', 'scopes'), next.spec.scopes, FIELD_IS_IMMUTABLE);
}

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const [name, text] of Object.entries(amounts ?? {})) {
    validateResourceName(name, path.key(name), errors);
    if (!name.includes('/') && !isQuotaResource(name)) errors.invalid(path.key(name), name, 'must be a standard resource for quota');
    validateAmount(name, text, path.key(name), errors);
  }
}

const isQuotaResource = (name: string): boolean =>
  QUOTA_RESOURCES.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');

function validateScopes({ hard, scopes = [] }: DeepReadonly<ResourceQuotaSpec>, path: FieldPath, errors: FieldErrors): void {
  for (const scope of scopes) {
    if (SCOPES[scope] === undefined) errors.invalid(path, scopes, 'unsupported scope');
    outOfScope(scope, hard).forEach(() => errors.invalid(path, scopes, 'unsupported scope applied to resource'));
  }
  if (areInConflict(scopes)) errors.invalid(path, scopes, 'conflicting scopes');
}

function validateSelector({ hard, scopeSelector, scopes }: DeepReadonly<ResourceQuotaSpec>, path: FieldPath, errors: FieldErrors): void {
  const requirements = listOf(scopeSelector?.matchExpressions);
  for (const requirement of requirements) {
    const { scopeName } = requirement;
    if (SCOPES[scopeName] === undefined) errors.invalid(path.child('scopeName'), scopeName, 'unsupported scope');
    outOfScope(scopeName, hard).forEach(() => errors.invalid(path, scopeSelector, 'unsupported scope applied to resource'));
    validateRequirement(requirement, path, errors);
  }
  if (areInConflict(requirements.map(({ scopeName }) => scopeName))) errors.invalid(path, scopes, 'conflicting scopes');
}

/** The resources that a scope can't narrow down. */
function outOfScope(scope: string, hard: Readonly<Record<string, string>> = {}): string[] {
  const resources = SCOPES[scope];
  if (resources === undefined) return [];
  return Object.keys(hard).filter((name) => isQuotaResource(name) && !resources.includes(name));
}

const areInConflict = (scopes: readonly string[]): boolean => OPPOSITES.some((pair) => pair.every((scope) => scopes.includes(scope)));

function validateRequirement(
  { scopeName, operator, values = [] }: DeepReadonly<ScopedResourceSelectorRequirement>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (EXISTENCE_SCOPES.includes(scopeName) && operator !== 'Exists')
    errors.invalid(
      path.child('operator'),
      operator,
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
    );
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.required(path.child('values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.invalid(path.child('values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
  } else errors.invalid(path.child('operator'), operator, 'not a valid selector operator');
}
