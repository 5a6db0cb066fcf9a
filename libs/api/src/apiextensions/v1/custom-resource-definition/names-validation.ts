import { dns1035Label, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { CustomResourceDefinitionNames } from '../../../generated/apiextensions/v1';
import { isEmpty, listOf } from '../../../presence';

const REQUIRED = ['plural', 'singular', 'kind', 'listKind'] as const;

/** The names by which a custom resource is asked for; kinds may have capitals. */
export function validateNames(names: DeepReadonly<CustomResourceDefinitionNames>, path: FieldPath, errors: FieldErrors): void {
  for (const field of REQUIRED) if (isEmpty(names[field])) errors.required(path.child(field));
  for (const field of ['plural', 'singular'] as const) validateLabel(names[field] ?? '', path.child(field), errors);
  for (const field of ['kind', 'listKind'] as const) {
    const name = names[field] ?? '';
    const problems = name === '' ? [] : dns1035Label(name.toLowerCase());
    if (problems.length > 0)
      errors.invalid(path.child(field), name, `may have mixed case, but should otherwise match: ${problems.join(',')}`);
  }
  for (const field of ['shortNames', 'categories'] as const)
    listOf(names[field]).forEach((name, index) => validateLabel(name, path.child(field).index(index), errors));
  if (!isEmpty(names.kind) && names.kind === names.listKind)
    errors.invalid(path.child('listKind'), names.listKind, 'kind and listKind may not be the same');
}

function validateLabel(name: string, path: FieldPath, errors: FieldErrors): void {
  const problems = name === '' ? [] : dns1035Label(name);
  if (problems.length > 0) errors.invalid(path, name, problems.join(','));
}
