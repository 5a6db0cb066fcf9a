import type { DeepReadonly } from '@keelson/apimachinery';
import type { PolicyRule } from '@keelson/api';
import type { AuthorizationAttributes } from '../authorizer';

/** Whether `rule` allows what is asked; pkg/registry/rbac/validation and rbac.VerbMatches and its siblings. */
export function ruleAllows(rule: DeepReadonly<PolicyRule>, attributes: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResourceRequest) return (rule.nonResourceURLs ?? []).some((pattern) => urlMatches(pattern, attributes.path));
  return (
    has(rule.apiGroups, attributes.apiGroup) &&
    resourceMatches(rule.resources, attributes) &&
    nameMatches(rule.resourceNames, attributes.name)
  );
}

function has(values: readonly string[] = [], wanted: string): boolean {
  return values.includes('*') || values.includes(wanted);
}

/** `pods`, `pods/log`, `*` for all, and a star and a subresource for that subresource of anything. */
function resourceMatches(resources: readonly string[] = [], { resource, subresource }: AuthorizationAttributes): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((entry) => entry === '*' || entry === full || (subresource !== '' && entry === `*/${subresource}`));
}

/** A rule that names objects does not match requests that name none, such as lists. */
function nameMatches(names: readonly string[] = [], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

function urlMatches(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1).replace(/\*+$/, '')));
}
