import { addProblems, dns1123Label, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PodResourceClaim, PodSpec, ResourceClaim } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';

/** The claims of a pod: each has a name for its containers, and comes from an object or from a template of one. */
export function validateResourceClaims(claims: DeepReadonly<PodResourceClaim[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  listOf(claims).forEach((claim, position) => {
    const at = path.index(position);
    const { name } = claim;
    if (isEmpty(name)) errors.required(at.child('name'));
    else if (names.has(name)) errors.duplicate(at.child('name'), name);
    else addProblems(dns1123Label(name), name, at.child('name'), errors);
    names.add(name);
    validateOrigin(claim, at, errors);
  });
}

function validateOrigin(claim: DeepReadonly<PodResourceClaim>, path: FieldPath, errors: FieldErrors): void {
  const { name, resourceClaimName, resourceClaimTemplateName } = claim;
  // Named as upstream's message shows it.
  const shown = {
    Name: name,
    ResourceClaimName: resourceClaimName ?? null,
    ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
  };
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
    errors.invalid(path, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
    errors.invalid(path, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
  for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
    const origin = claim[field];
    if (origin !== undefined) addProblems(dns1123Subdomain(origin), origin, path.child(field), errors);
  }
}

/** The names by which containers may refer to the pod's claims, sorted. */
export function claimNames({ resourceClaims }: DeepReadonly<PodSpec>): readonly string[] {
  const names = listOf(resourceClaims).map(({ name }) => name);
  return [...new Set(names.filter((name) => !isEmpty(name)))].sort();
}

/** What a container uses of its pod's claims: the whole of each, or requests of it. */
export function validateClaims(
  claims: DeepReadonly<ResourceClaim[]> | undefined,
  known: readonly string[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  const used = new Set<string>();
  listOf(claims).forEach(({ name, request = '' }, position) => {
    const at = path.index(position);
    if (isEmpty(name)) return errors.required(at);
    if (used.has(name)) errors.duplicate(at, name);
    else {
      if (request !== '') addProblems(dns1123Label(request), request, at.child('request'), errors);
      const key = request === '' ? name : `${name}/${request}`;
      if (used.has(key)) errors.duplicate(at, key);
      if (request === '') for (const other of used) if (other.startsWith(`${name}/`)) errors.duplicate(at, name);
      used.add(key);
    }
    if (known.includes(name)) return;
    const choice = known.length === 0 ? ' which is empty' : `: ${known.join(', ')}`;
    errors.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${choice}`);
  });
}
