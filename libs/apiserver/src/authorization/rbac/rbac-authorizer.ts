import type { DeepReadonly } from '@keelson/apimachinery';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@keelson/api';
import type { User } from '../../http/api-request';
import type { ResourceCache } from '../../watch-cache/resource-cache';
import type { AuthorizationAttributes, Authorizer, Decision } from '../authorizer';
import { ruleAllows } from './policy-rule';

export interface RbacCaches {
  readonly clusterRoles: ResourceCache;
  readonly clusterRoleBindings: ResourceCache;
  readonly roles: ResourceCache;
  readonly roleBindings: ResourceCache;
}

type Binding = DeepReadonly<ClusterRoleBinding | RoleBinding>;

const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Bindings by whom they are for, in one namespace or (`''`) the whole cluster. */
type BindingsBySubject = ReadonlyMap<string, readonly Binding[]>;

/**
 * Role-based access control (`rbac.authorization.k8s.io`): allows what a rule of a role bound to the user allows; denies nothing.
 * Bindings are indexed by subject, so a decision looks only at the user's own; an index is made anew when a binding changed since.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #caches: RbacCaches;
  #clusterIndex: { revision: number; bindings: BindingsBySubject } = { revision: -1, bindings: new Map() };
  #namespaceIndex: { revision: number; bindings: Map<string, BindingsBySubject> } = { revision: -1, bindings: new Map() };

  constructor(caches: RbacCaches) {
    this.#caches = caches;
  }

  authorize(user: User, attributes: AuthorizationAttributes): Decision {
    for (const { binding, rules } of this.#bound(user, attributes.namespace)) {
      if (!rules.some((rule) => ruleAllows(rule, attributes))) continue;
      const { kind, name } = binding.roleRef;
      const where =
        binding.metadata.namespace === undefined
          ? `ClusterRoleBinding "${binding.metadata.name}"`
          : `RoleBinding "${binding.metadata.name}/${binding.metadata.namespace}"`;
      return { verdict: 'allow', reason: `RBAC: allowed by ${where} of ${kind} "${name}" to ${subjectOf(binding, user)}` };
    }
    return { verdict: 'no-opinion', reason: '' };
  }

  /** Every rule that holds for `user` in `namespace` (and in the whole cluster). */
  rulesFor(user: User, namespace: string): readonly DeepReadonly<PolicyRule>[] {
    return [...this.#bound(user, namespace)].flatMap(({ rules }) => [...rules]);
  }

  /** The rules of a role, as a binding in `namespace` refers to it; undefined if there is no such role. */
  rulesOf(
    { kind, name }: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly DeepReadonly<PolicyRule>[] | undefined {
    const { clusterRoles, roles } = this.#caches;
    const object = kind === 'ClusterRole' ? clusterRoles.objects.get('', name) : roles.objects.get(namespace, name);
    return object === undefined ? undefined : ((object.object as DeepReadonly<ClusterRole | Role>).rules ?? []);
  }

  *#bound(user: User, namespace: string): Generator<{ binding: Binding; rules: readonly DeepReadonly<PolicyRule>[] }, void, undefined> {
    const indexes = namespace === '' ? [this.#clusterBindings()] : [this.#clusterBindings(), this.#bindingsIn(namespace)];
    const keys = keysOf(user);
    for (const index of indexes)
      for (const key of keys)
        for (const binding of index.get(key) ?? [])
          yield { binding, rules: this.rulesOf(binding.roleRef, binding.metadata.namespace ?? '') ?? [] };
  }

  #clusterBindings(): BindingsBySubject {
    const { clusterRoleBindings } = this.#caches;
    if (this.#clusterIndex.revision !== clusterRoleBindings.lastChange)
      this.#clusterIndex = { revision: clusterRoleBindings.lastChange, bindings: indexBySubject(clusterRoleBindings) };
    return this.#clusterIndex.bindings;
  }

  #bindingsIn(namespace: string): BindingsBySubject {
    const { roleBindings } = this.#caches;
    if (this.#namespaceIndex.revision !== roleBindings.lastChange)
      this.#namespaceIndex = { revision: roleBindings.lastChange, bindings: new Map() };
    let index = this.#namespaceIndex.bindings.get(namespace);
    if (index === undefined) this.#namespaceIndex.bindings.set(namespace, (index = indexBySubject(roleBindings, namespace)));
    return index;
  }
}

function indexBySubject(cache: ResourceCache, namespace?: string): BindingsBySubject {
  const index = new Map<string, Binding[]>();
  for (const { object } of cache.objects.inOrder(namespace)) {
    const binding = object as Binding;
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, binding.metadata.namespace ?? '');
      index.set(key, [...(index.get(key) ?? []), binding]);
    }
  }
  return index;
}

function keyOf({ kind, name, namespace }: DeepReadonly<Subject>, bindingNamespace: string): string {
  return kind === 'ServiceAccount' ? `ServiceAccount ${namespace ?? bindingNamespace}/${name}` : `${kind} ${name}`;
}

function keysOf({ groups, name }: User): readonly string[] {
  const account = SERVICE_ACCOUNT_USER.exec(name);
  return [
    `User ${name}`,
    ...groups.map((group) => `Group ${group}`),
    ...(account === null ? [] : [`ServiceAccount ${account[1] ?? ''}/${account[2] ?? ''}`]),
  ];
}

function subjectOf(binding: Binding, user: User): string {
  const keys = keysOf(user);
  const subject = (binding.subjects ?? []).find((each) => keys.includes(keyOf(each, binding.metadata.namespace ?? '')));
  if (subject === undefined) return '';
  return subject.kind === 'ServiceAccount'
    ? `ServiceAccount "${subject.name}/${subject.namespace ?? binding.metadata.namespace ?? ''}"`
    : `${subject.kind} "${subject.name}"`;
}
