import { deepEqual, type Draft, type KubernetesObject } from '@keelson/apimachinery';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@keelson/api';
import type { ObjectRegistry } from '../registry/object-registry';
import { ensureObject } from './ensure-object';
import policy from './rbac-policy.json';

const GROUP = 'rbac.authorization.k8s.io';
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

interface PolicyEntry {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface RoleEntry extends PolicyEntry {
  readonly rules: PolicyRule[];
  readonly aggregationRule?: ClusterRole['aggregationRule'];
}

interface BindingEntry extends PolicyEntry {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Omit<Subject, 'apiGroup'>[];
}

/** What every node may do; the role `system:node`, which is bound to nobody since the Node authorizer applies it. */
export const nodeRules: readonly PolicyRule[] =
  (policy.clusterRoles as readonly RoleEntry[]).find(({ name }) => name === 'system:node')?.rules ?? [];

export interface RbacRegistries {
  readonly clusterRoles: ObjectRegistry;
  readonly clusterRoleBindings: ObjectRegistry;
  readonly roles: ObjectRegistry;
  readonly roleBindings: ObjectRegistry;
}

/**
 * Creates upstream's default roles and bindings, and those that cloud-controller-manager's own manifests give it upstream; and adds to existing ones what has gone missing, unless their `autoupdate` annotation is
 * `false`; plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
 */
export async function ensureRbacPolicy(registries: RbacRegistries): Promise<void> {
  const clusterRoles = policy.clusterRoles as readonly RoleEntry[];
  await Promise.all(
    clusterRoles.map((entry) =>
      ensureObject(registries.clusterRoles, roleOf(entry, 'ClusterRole'), (role: ClusterRole) => mendRole(role, entry)),
    ),
  );
  await Promise.all(
    (policy.roles as readonly RoleEntry[]).map((entry) =>
      ensureObject(registries.roles, roleOf(entry, 'Role'), (role: Role) => mendRole(role, entry)),
    ),
  );
  const bindings = [
    ...(policy.clusterRoleBindings as readonly BindingEntry[]).map((entry) => ({
      registry: registries.clusterRoleBindings,
      kind: 'ClusterRoleBinding',
      entry,
    })),
    ...(policy.roleBindings as readonly BindingEntry[]).map((entry) => ({ registry: registries.roleBindings, kind: 'RoleBinding', entry })),
  ];
  await Promise.all(
    bindings.map(({ entry, kind, registry }) =>
      ensureObject(registry, bindingOf(entry, kind), (binding: RoleBinding) => mendBinding(binding, entry)),
    ),
  );
}

function metadataOf({ labels, name, namespace }: PolicyEntry): Partial<KubernetesObject['metadata']> {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...LABELS, ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}

function roleOf(entry: RoleEntry, kind: string): Draft<ClusterRole> {
  const { aggregationRule, rules } = entry;
  return {
    kind,
    apiVersion: `${GROUP}/v1`,
    metadata: metadataOf(entry),
    rules,
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
  };
}

function bindingOf(entry: BindingEntry, kind: string): Draft<ClusterRoleBinding> {
  return {
    kind,
    apiVersion: `${GROUP}/v1`,
    metadata: metadataOf(entry),
    roleRef: { apiGroup: GROUP, ...entry.roleRef },
    subjects: entry.subjects.map(subjectOf),
  };
}

const subjectOf = (subject: Omit<Subject, 'apiGroup'>): Subject =>
  subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup: GROUP };

function mendRole<T extends ClusterRole | Role>(role: T, { rules }: RoleEntry): T | undefined {
  if (isLeftAlone(role)) return undefined;
  const present = role.rules ?? [];
  const missing = rules.filter((rule) => !present.some((each) => deepEqual(each, rule)));
  return missing.length === 0 ? undefined : { ...role, rules: [...present, ...missing] };
}

function mendBinding(binding: RoleBinding, { subjects }: BindingEntry): RoleBinding | undefined {
  if (isLeftAlone(binding)) return undefined;
  const present = binding.subjects ?? [];
  const missing = subjects.map(subjectOf).filter((subject) => !present.some((each) => deepEqual(each, subject)));
  return missing.length === 0 ? undefined : { ...binding, subjects: [...present, ...missing] };
}

const isLeftAlone = ({ metadata }: KubernetesObject): boolean => metadata.annotations?.[AUTOUPDATE] === 'false';
