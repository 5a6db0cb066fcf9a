import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { PolicyRule } from '../../generated/rbac/v1';
import { isEmpty, listOf } from '../../presence';

/** Every rule has verbs, and is about resources or, cluster-wide, about other paths. */
export function validateRules(
  rules: DeepReadonly<PolicyRule[]> | undefined,
  path: FieldPath,
  errors: FieldErrors,
  scope: { readonly namespaced: boolean },
): void {
  listOf(rules).forEach((rule, index) => validateRule(rule, path.index(index), errors, scope));
}

function validateRule(
  rule: DeepReadonly<PolicyRule>,
  path: FieldPath,
  errors: FieldErrors,
  { namespaced }: { readonly namespaced: boolean },
): void {
  const urls = listOf(rule.nonResourceURLs);
  if (isEmpty(rule.verbs)) errors.required(path.child('verbs'), 'verbs must contain at least one value');
  if (urls.length > 0) {
    if (namespaced) errors.invalid(path.child('nonResourceURLs'), urls, 'namespaced rules cannot apply to non-resource URLs');
    if (!isEmpty(rule.apiGroups) || !isEmpty(rule.resources) || !isEmpty(rule.resourceNames))
      errors.invalid(path.child('nonResourceURLs'), urls, 'rules cannot apply to both regular resources and non-resource URLs');
    return;
  }
  if (isEmpty(rule.apiGroups)) errors.required(path.child('apiGroups'), 'resource rules must supply at least one api group');
  if (isEmpty(rule.resources)) errors.required(path.child('resources'), 'resource rules must supply at least one resource');
}
