import { validateLabelSelector, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ClusterRole } from '../../../generated/rbac/v1';
import { tryMatcher } from '../../../core/v1/pod-template-spec/validation';
import { listOf } from '../../../presence';
import { validateRules } from '../rules-validation';

export function validateClusterRole({ aggregationRule, rules }: DeepReadonly<ClusterRole>, path: FieldPath, errors: FieldErrors): void {
  validateRules(rules, path.child('rules'), errors, { namespaced: false });
  if (aggregationRule === undefined) return;
  const at = path.child('aggregationRule', 'clusterRoleSelectors');
  const selectors = listOf(aggregationRule.clusterRoleSelectors);
  if (selectors.length === 0) errors.required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  selectors.forEach((selector, position) => {
    validateLabelSelector(selector, at.index(position), errors);
    if (tryMatcher(selector) === undefined) errors.invalid(at.index(position), undefined, 'invalid label selector.');
  });
}
