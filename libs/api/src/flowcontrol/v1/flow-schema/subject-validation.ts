import { addProblems, dns1123Label, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Subject } from '../../../generated/flowcontrol/v1';
import { isEmpty } from '../../../presence';

/** Subjects by kind, each in a field of its own. */
const FIELDS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
const KINDS = ['Group', 'ServiceAccount', 'User'] as const;

/** Whose requests a rule is about: a user, a group or a service account, and only that. */
export function validateSubject(subject: DeepReadonly<Subject>, path: FieldPath, errors: FieldErrors): void {
  const kind = KINDS.find((each) => each === subject.kind);
  if (kind === undefined) return errors.notSupported(path.child('kind'), subject.kind, KINDS);
  const at = path.child(FIELDS[kind]);
  const named = subject[FIELDS[kind]];
  if (named === undefined) errors.required(at, `${FIELDS[kind]} is required when subject kind is '${kind}'`);
  else {
    if (isEmpty(named.name)) errors.required(at.child('name'));
    if ('namespace' in named) validateServiceAccount(named, at, errors);
  }
  for (const other of KINDS)
    if (other !== kind && subject[FIELDS[other]] !== undefined)
      errors.forbidden(path.child(FIELDS[other]), `${FIELDS[other]} is forbidden when subject kind is not '${other}'`);
}

function validateServiceAccount(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (name !== '' && name !== '*') addProblems(dns1123Subdomain(name), name, path.child('name'), errors);
  if (namespace === '') errors.required(path.child('namespace'), 'must specify namespace for service account');
  else addProblems(dns1123Label(namespace), namespace, path.child('namespace'), errors);
}
