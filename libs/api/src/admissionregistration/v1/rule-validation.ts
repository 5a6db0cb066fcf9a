import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { RuleWithOperations } from '../../generated/admissionregistration/v1';
import { isEmpty, listOf } from '../../presence';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** What a webhook or a policy is asked about; a wildcard stands alone. */
export function validateRule(rule: DeepReadonly<RuleWithOperations>, path: FieldPath, errors: FieldErrors): void {
  const { apiVersions, operations, scope } = rule;
  validateAlone(listOf(operations), path.child('operations'), errors, 'operations');
  listOf(operations).forEach((operation, index) => {
    if (!OPERATIONS.includes(operation)) errors.notSupported(path.child('operations').index(index), operation, OPERATIONS);
  });
  validateAlone(listOf(rule.apiGroups), path.child('apiGroups'), errors, 'API groups');
  validateAlone(listOf(apiVersions), path.child('apiVersions'), errors, 'API versions');
  listOf(apiVersions).forEach((version, index) => {
    if (version === '') errors.required(path.child('apiVersions').index(index));
  });
  validateResources(listOf(rule.resources), path.child('resources'), errors);
  if (scope !== undefined && !SCOPES.includes(scope)) errors.notSupported(path.child('scope'), scope, SCOPES);
}

function validateAlone(values: readonly string[], path: FieldPath, errors: FieldErrors, what: string): void {
  if (isEmpty(values)) errors.required(path);
  if (values.length > 1 && values.includes('*')) errors.invalid(path, values, `if '*' is present, must not specify other ${what}`);
}

function validateResources(resources: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (resources.length === 0) errors.required(path);
  const wildcards = new Set<string>();
  resources.forEach((text, index) => {
    if (text === '') return errors.required(path.index(index));
    const slash = text.indexOf('/');
    if (slash < 0) return;
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    for (const wildcard of [`${resource}/*`, `*/${subresource}`])
      if (wildcards.has(wildcard)) errors.invalid(path.index(index), text, `if '${wildcard}' is present, must not specify ${text}`);
    if (subresource === '*' || resource === '*') wildcards.add(text);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    errors.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  if (resources.includes('*') && resources.some((text) => text !== '*' && !text.includes('/')))
    errors.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
}
