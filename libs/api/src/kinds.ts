import { configMap } from './core/v1/config-map/strategy';
import { pod } from './core/v1/pod/strategy';
import type { KindDefinition } from './define-kind';
import { clusterRole } from './rbac/v1/cluster-role/strategy';
import { clusterRoleBinding } from './rbac/v1/cluster-role-binding/strategy';
import { role } from './rbac/v1/role/strategy';
import { roleBinding } from './rbac/v1/role-binding/strategy';

/** Every kind that declares something of its own. A served resource that is not here gets the generic registry's behaviour. */
export const kinds: readonly KindDefinition[] = [
  configMap,
  pod,
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
] as readonly KindDefinition[];
