import type { DeepReadonly } from '@keelson/apimachinery';
import type { PolicyRule } from '@keelson/api';
import type { User } from '../../http/api-request';

type Rule = DeepReadonly<PolicyRule>;

/**
 * Why `user`, who holds the rules `held`, may not give away the rules `wanted`; undefined if all of them are held.
 * A wanted rule is taken apart into single permissions, and one held rule must cover each whole; policy_comparator.go.
 */
export function escalationProblem(user: User, held: readonly Rule[], wanted: readonly Rule[]): string | undefined {
  const missing = wanted.flatMap(breakDown).filter((permission) => !held.some((rule) => covers(rule, permission)));
  if (missing.length === 0) return undefined;
  const lines = [...new Set(compact(missing).map(describe))].sort();
  return `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
}

function breakDown({ apiGroups = [], nonResourceURLs = [], resourceNames = [], resources = [], verbs }: Rule): readonly Rule[] {
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => names.map((name) => ({ apiGroups: [group], resources: [resource], resourceNames: name, verbs: [verb] }))),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ];
}

function covers(held: Rule, wanted: Rule): boolean {
  return (
    hasAll(held.verbs, wanted.verbs) &&
    hasAll(held.apiGroups, wanted.apiGroups) &&
    (wanted.resources ?? []).every((resource) => coversResource(held.resources, resource)) &&
    (wanted.nonResourceURLs ?? []).every((url) => (held.nonResourceURLs ?? []).some((pattern) => coversUrl(pattern, url))) &&
    coversNames(held.resourceNames, wanted.resourceNames)
  );
}

const hasAll = (held: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  held.includes('*') || wanted.every((value) => held.includes(value));

function coversResource(held: readonly string[] = [], resource: string): boolean {
  const slash = resource.indexOf('/');
  return held.includes('*') || held.includes(resource) || (slash !== -1 && held.includes(`*${resource.slice(slash)}`));
}

/** A rule for some names does not cover one for all. */
function coversNames(held: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return held.length === 0 || (wanted.length > 0 && wanted.every((name) => held.includes(name)));
}

const coversUrl = (pattern: string, url: string): boolean =>
  pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.replace(/\*+$/, '')));

/** Joins the verbs of permissions on the same thing, so that the message stays short. */
function compact(permissions: readonly Rule[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  for (const { verbs, ...subject } of permissions) {
    const key = JSON.stringify(subject.nonResourceURLs === undefined ? subject : { ...subject, verbs });
    rules.set(key, { ...subject, verbs: [...(rules.get(key)?.verbs ?? []), ...verbs] });
  }
  return [...rules.values()];
}

function describe({ apiGroups = [], nonResourceURLs = [], resourceNames = [], resources = [], verbs }: Rule): string {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  return `{${parts.flatMap(([name, values]) => (values.length === 0 ? [] : [`${name}:${quoted(values)}`])).join(', ')}}`;
}

const quoted = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
