import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../columns';
import type { TableColumn } from '../../define-kind';
import type { RoleBinding } from '../../generated/rbac/v1';

export const bindingColumns: readonly TableColumn<RoleBinding>[] = [
  nameColumn,
  { name: 'Role', type: 'string', value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: 'Users', type: 'string', priority: 1, value: (binding) => namesOf(binding, 'User') },
  { name: 'Groups', type: 'string', priority: 1, value: (binding) => namesOf(binding, 'Group') },
  { name: 'ServiceAccounts', type: 'string', priority: 1, value: (binding) => namesOf(binding, 'ServiceAccount') },
];

function namesOf({ subjects = [] }: DeepReadonly<RoleBinding>, kind: string): string {
  return subjects
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}
