import {
  addProblems,
  deepEqual,
  dns1123Subdomain,
  nameIsPathSegment,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { RoleBinding, Subject } from '../../generated/rbac/v1';
import { elementsOf, isEmpty, listOf } from '../../presence';

const GROUP = 'rbac.authorization.k8s.io';

/** Bindings of roles and of cluster roles differ only in what they may refer to. */
export function defaultBinding({ roleRef, subjects }: RoleBinding): void {
  if (isEmpty(roleRef.apiGroup)) roleRef.apiGroup = GROUP;
  for (const subject of elementsOf(subjects))
    if (isEmpty(subject.apiGroup) && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = GROUP;
}

export function validateBinding(
  { roleRef, subjects }: DeepReadonly<RoleBinding>,
  path: FieldPath,
  errors: FieldErrors,
  { namespaced }: { readonly namespaced: boolean },
): void {
  const at = path.child('roleRef');
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (roleRef.apiGroup !== GROUP) errors.notSupported(at.child('apiGroup'), roleRef.apiGroup ?? '', [GROUP]);
  if (!kinds.includes(roleRef.kind)) errors.notSupported(at.child('kind'), roleRef.kind, kinds);
  if (isEmpty(roleRef.name)) errors.required(at.child('name'));
  else for (const problem of nameIsPathSegment(roleRef.name, false)) errors.invalid(at.child('name'), roleRef.name, problem);
  listOf(subjects).forEach((subject, index) => validateSubject(subject, path.child('subjects').index(index), errors, { namespaced }));
}

/** What a binding gives can't be changed under those who hold it: it is deleted and made anew. */
export function validateBindingUpdate(
  next: DeepReadonly<RoleBinding>,
  previous: DeepReadonly<RoleBinding>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(next.roleRef, previous.roleRef)) errors.invalid(path.child('roleRef'), next.roleRef, 'cannot change roleRef');
}

function validateSubject(
  { apiGroup = '', kind, name, namespace }: DeepReadonly<Subject>,
  path: FieldPath,
  errors: FieldErrors,
  { namespaced }: { readonly namespaced: boolean },
): void {
  if (isEmpty(name)) errors.required(path.child('name'));
  if (kind === 'ServiceAccount') {
    if (!isEmpty(name)) addProblems(dns1123Subdomain(name), name, path.child('name'), errors);
    if (apiGroup !== '') errors.notSupported(path.child('apiGroup'), apiGroup, ['']);
    if (!namespaced && isEmpty(namespace)) errors.required(path.child('namespace'));
    return;
  }
  if (kind !== 'User' && kind !== 'Group') return errors.notSupported(path.child('kind'), kind, ['ServiceAccount', 'User', 'Group']);
  if (apiGroup !== GROUP) errors.notSupported(path.child('apiGroup'), apiGroup, [GROUP]);
}
