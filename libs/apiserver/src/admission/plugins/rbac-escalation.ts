import { deepEqual, StatusError, type DeepReadonly, type KubernetesObject } from '@keelson/apimachinery';
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '@keelson/api';
import type { AuthorizationAttributes, Authorizer } from '../../authorization/authorizer';
import { escalationProblem } from '../../authorization/rbac/escalation';
import type { RbacAuthorizer } from '../../authorization/rbac/rbac-authorizer';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission-plugin';
import { forbid } from '../forbid';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES: ReadonlySet<string> = new Set(['roles', 'clusterroles']);
const BINDINGS: ReadonlySet<string> = new Set(['rolebindings', 'clusterrolebindings']);
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/**
 * Lets nobody give away by roles and bindings what they may not do themselves, unless they may `escalate` the role or `bind` it;
 * upstream's policybased storages. No flag turns it off. The server's own writes pass no admission, so they are not asked.
 */
export class RbacEscalation implements AdmissionPlugin {
  readonly name = 'RbacEscalation';
  readonly #authorizer: Authorizer;
  readonly #rbac: RbacAuthorizer;

  constructor(authorizer: Authorizer, rbac: RbacAuthorizer) {
    this.#authorizer = authorizer;
    this.#rbac = rbac;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const { object, oldObject, operation, resource, user } = attributes;
    if (resource.group !== GROUP || object === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
    if (user.groups.includes('system:masters') || (oldObject !== undefined && sameButForCollection(object, oldObject))) return;
    if (ROLES.has(resource.resource)) await this.#checkRole(attributes, object);
    if (BINDINGS.has(resource.resource)) await this.#checkBinding(attributes, object as ClusterRoleBinding);
  }

  async #checkRole(attributes: AdmissionAttributes, role: ClusterRole): Promise<void> {
    const { name, operation, resource } = attributes;
    // A create is asked for without a name, as in its URL.
    if (await this.#may(attributes, { verb: 'escalate', resource: resource.resource, name: operation === 'CREATE' ? '' : name })) return;
    this.#confirm(attributes, role.rules ?? []);
    if (!aggregates(role) && !aggregates(attributes.oldObject)) return;
    if (this.#problem(attributes, EVERYTHING) !== undefined)
      throw forbid(attributes, 'must have cluster-admin privileges to use the aggregationRule');
  }

  async #checkBinding(attributes: AdmissionAttributes, { roleRef }: ClusterRoleBinding): Promise<void> {
    const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (await this.#may(attributes, { verb: 'bind', resource, name: roleRef.name })) return;
    const rules = this.#rbac.rulesOf(roleRef, attributes.namespace);
    if (rules === undefined) throw StatusError.notFound({ group: GROUP, resource }, roleRef.name);
    this.#confirm(attributes, rules);
  }

  #confirm(attributes: AdmissionAttributes, rules: readonly DeepReadonly<PolicyRule>[]): void {
    const problem = this.#problem(attributes, rules);
    if (problem !== undefined) throw forbid(attributes, problem);
  }

  #problem({ namespace, user }: AdmissionAttributes, rules: readonly DeepReadonly<PolicyRule>[]): string | undefined {
    return escalationProblem(user, this.#rbac.rulesFor(user, namespace), rules);
  }

  async #may(
    { namespace, user }: AdmissionAttributes,
    asked: Pick<AuthorizationAttributes, 'name' | 'resource' | 'verb'>,
  ): Promise<boolean> {
    const rest = { isResourceRequest: true, path: '', apiVersion: '*', subresource: '', labelSelector: '', fieldSelector: '' };
    return (await this.#authorizer.authorize(user, { ...rest, apiGroup: GROUP, namespace, ...asked })).verdict === 'allow';
  }
}

const aggregates = (role: DeepReadonly<ClusterRole> | undefined): boolean => (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;

/** Whether only what the garbage collector writes is different: it must be able to end a role that it could not grant. */
function sameButForCollection(next: DeepReadonly<KubernetesObject>, previous: DeepReadonly<KubernetesObject>): boolean {
  return deepEqual(withoutCollection(next), withoutCollection(previous));
}

function withoutCollection({ metadata, ...rest }: DeepReadonly<KubernetesObject>): object {
  const ignored = { finalizers: undefined, managedFields: undefined, ownerReferences: undefined, resourceVersion: undefined };
  return { ...rest, kind: '', apiVersion: '', metadata: { ...metadata, ...ignored } };
}
