import { addProblems, dns1123Label, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { FlowSchema, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule } from '../../../generated/flowcontrol/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateSubject } from './subject-validation';

const METHODS = ['ByNamespace', 'ByUser'];
const MAX_PRECEDENCE = 10_000;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const NAMESPACE_INTRODUCTION = "each member of this list must be '*' or a DNS-1123 label; ";

export function validateFlowSchema({ metadata, spec }: DeepReadonly<FlowSchema>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { distinguisherMethod: method, matchingPrecedence: precedence = 0, priorityLevelConfiguration: level } = spec;
  if (precedence <= 0) errors.invalid(at.child('matchingPrecedence'), precedence, 'must be a positive value');
  if (precedence > MAX_PRECEDENCE) errors.invalid(at.child('matchingPrecedence'), precedence, `must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && metadata.name !== 'exempt')
    errors.invalid(at.child('matchingPrecedence'), precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  if (method !== undefined && !METHODS.includes(method.type)) errors.notSupported(at.child('distinguisherMethod', 'type'), method, METHODS);
  const name = at.child('priorityLevelConfiguration', 'name');
  if (isEmpty(level.name)) errors.required(name, 'must reference a priority level');
  else addProblems(dns1123Subdomain(level.name), level.name, name, errors);
  listOf(spec.rules).forEach((rule, index) => validateRules(rule, at.child('rules').index(index), errors));
}

function validateRules(
  { nonResourceRules, resourceRules, subjects }: DeepReadonly<PolicyRulesWithSubjects>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (isEmpty(subjects)) errors.required(path.child('subjects'), 'subjects must contain at least one value');
  listOf(subjects).forEach((subject, index) => validateSubject(subject, path.child('subjects').index(index), errors));
  if (isEmpty(resourceRules) && isEmpty(nonResourceRules))
    errors.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  listOf(resourceRules).forEach((rule, index) => validateResourceRule(rule, path.child('resourceRules').index(index), errors));
  listOf(nonResourceRules).forEach((rule, index) => validateNonResourceRule(rule, path.child('nonResourceRules').index(index), errors));
}

function validateVerbs(verbs: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (verbs.length === 0) errors.required(path, 'verbs must contain at least one value');
  else if (!isAlone(verbs)) errors.invalid(path, verbs, "if '*' is present, must not specify other verbs");
  else if (!verbs.includes('*') && !verbs.every((verb) => VERBS.includes(verb))) errors.notSupported(path, verbs, VERBS);
}

function validateResourceRule(rule: DeepReadonly<ResourcePolicyRule>, path: FieldPath, errors: FieldErrors): void {
  const [groups, resources, namespaces] = [listOf(rule.apiGroups), listOf(rule.resources), listOf(rule.namespaces)];
  validateVerbs(listOf(rule.verbs), path.child('verbs'), errors);
  if (groups.length === 0) errors.required(path.child('apiGroups'), 'resource rules must supply at least one api group');
  else if (!isAlone(groups)) errors.invalid(path.child('apiGroups'), groups, "if '*' is present, must not specify other api groups");
  if (resources.length === 0) errors.required(path.child('resources'), 'resource rules must supply at least one resource');
  else if (!isAlone(resources)) errors.invalid(path.child('resources'), resources, "if '*' is present, must not specify other resources");
  validateNamespaces(namespaces, rule.clusterScope === true, path.child('namespaces'), errors);
}

function validateNamespaces(namespaces: readonly string[], isClusterWide: boolean, path: FieldPath, errors: FieldErrors): void {
  if (namespaces.length === 0 && !isClusterWide)
    return errors.required(path, 'resource rules that are not cluster scoped must supply at least one namespace');
  if (!isAlone(namespaces)) return errors.invalid(path, namespaces, "if '*' is present, must not specify other namespaces");
  if (namespaces.includes('*')) return;
  namespaces.forEach((namespace, index) => {
    for (const problem of dns1123Label(namespace)) errors.invalid(path.index(index), namespace, `${NAMESPACE_INTRODUCTION}${problem}`);
  });
}

function validateNonResourceRule(rule: DeepReadonly<NonResourcePolicyRule>, path: FieldPath, errors: FieldErrors): void {
  const urls = listOf(rule.nonResourceURLs);
  const at = path.child('nonResourceURLs');
  validateVerbs(listOf(rule.verbs), path.child('verbs'), errors);
  if (urls.length === 0) errors.required(at, 'nonResourceURLs must contain at least one value');
  else if (!isAlone(urls)) errors.invalid(at, urls, "if '*' is present, must not specify other non-resource URLs");
  else if (!urls.includes('*'))
    urls.forEach((url, index) => {
      const problem = urlProblem(url);
      if (problem !== undefined) errors.invalid(at.index(index), url, problem);
    });
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const wildcard = url.indexOf('*');
  return wildcard >= 0 && !(wildcard === url.length - 1 && url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

const isAlone = (values: readonly string[]): boolean => values.length <= 1 || !values.includes('*');
