import { deepEqual, FIELD_IS_IMMUTABLE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../../../generated/core/v1';
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
  validateScopes(listOf(spec.scopes), spec, { path: at.child('scopes'), shown: spec.scopes }, errors);
  if (spec.scopeSelector !== undefined) validateSelector(spec, at.child('scopeSelector', 'matchExpressions'), errors);
  validateAmounts(status?.hard, path.child('status', 'hard'), errors);
  validateAmounts(status?.used, path.child('status', 'used'), errors);
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

const isQuotaResource = (name: string): boolean => QUOTA_RESOURCES.has(name) || name.startsWith('requests.hugepages-');

interface ScopePlace {
  readonly path: FieldPath;
  /** What messages show as the value. */
  readonly shown: unknown;
}

function validateScopes(
  scopes: readonly string[],
  { hard = {} }: DeepReadonly<ResourceQuotaSpec>,
  { path, shown }: ScopePlace,
  errors: FieldErrors,
): void {
  for (const scope of scopes) {
    const resources = SCOPES[scope];
    if (resources === undefined) errors.invalid(path, shown, 'unsupported scope');
    for (const name of Object.keys(hard).sort())
      if (resources !== undefined && QUOTA_RESOURCES.has(name) && !resources.includes(name))
        errors.invalid(path, shown, 'unsupported scope applied to resource');
  }
  for (const pair of OPPOSITES) if (pair.every((scope) => scopes.includes(scope))) errors.invalid(path, shown, 'conflicting scopes');
}

function validateSelector(spec: DeepReadonly<ResourceQuotaSpec>, path: FieldPath, errors: FieldErrors): void {
  const requirements = listOf(spec.scopeSelector?.matchExpressions);
  const names = requirements.map(({ scopeName }) => scopeName);
  validateScopes(names, spec, { path, shown: spec.scopeSelector }, errors);
  for (const requirement of requirements) validateRequirement(requirement, path, errors);
}

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
