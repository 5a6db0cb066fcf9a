import { addProblems, dns1123Subdomain, pathSegmentName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { TypedLocalObjectReference } from '../../generated/core/v1';
import { isEmpty } from '../../presence';

/** A reference to an object of some group, by kind and name. */
export function validateLocalReference(reference: DeepReadonly<TypedLocalObjectReference>, path: FieldPath, errors: FieldErrors): void {
  const { apiGroup } = reference;
  if (apiGroup !== undefined) addProblems(dns1123Subdomain(apiGroup), apiGroup, path.child('apiGroup'), errors);
  for (const field of ['kind', 'name'] as const) {
    if (isEmpty(reference[field])) errors.required(path.child(field));
    else addProblems(pathSegmentName(reference[field]), reference[field], path.child(field), errors);
  }
}
