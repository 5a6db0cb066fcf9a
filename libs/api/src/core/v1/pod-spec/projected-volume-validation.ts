import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { ProjectedVolumeSource, ServiceAccountTokenProjection, VolumeProjection } from '../../../generated/core/v1';
import { isEmpty, listOf, presentFields } from '../../../presence';
import { validateFileMode, validateUnreservedPath } from './path-validation';
import { validateDownwardFile, validateItems } from './volume-file-validation';

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** Several sources in one directory, none in another's way. */
export function validateProjected(
  { defaultMode, sources }: DeepReadonly<ProjectedVolumeSource>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateFileMode(defaultMode, path.child('defaultMode'), errors);
  const taken = new Set<string>();
  listOf(sources).forEach((source, position) => {
    const at = path.child('sources').index(position);
    validateProjection(source, { path, at }, errors);
    if (presentFields(source).length > 1) errors.forbidden(at, 'may not specify more than 1 volume type');
    for (const { target, owner } of targetsOf(source)) {
      if (taken.has(target)) errors.invalid(path, owner, 'conflicting duplicate paths');
      taken.add(target);
    }
  });
}

interface Places {
  /** The volume's. */
  readonly path: FieldPath;
  /** The source's. */
  readonly at: FieldPath;
}

function validateProjection(source: DeepReadonly<VolumeProjection>, { path, at }: Places, errors: FieldErrors): void {
  for (const field of ['secret', 'configMap'] as const) {
    const projection = source[field];
    if (projection === undefined) continue;
    if (isEmpty(projection.name)) errors.required(at.child(field, 'name'));
    validateItems(projection.items, at.child(field, 'items'), errors);
  }
  for (const file of listOf(source.downwardAPI?.items)) validateDownwardFile(file, at.child('downwardAPI'), errors);
  if (source.serviceAccountToken !== undefined) validateToken(source.serviceAccountToken, { path, at }, errors);
}

function validateToken(token: DeepReadonly<ServiceAccountTokenProjection>, { path, at }: Places, errors: FieldErrors): void {
  const seconds = token.expirationSeconds ?? 0;
  const field = at.child('serviceAccountToken', 'expirationSeconds');
  if (seconds < MIN_TOKEN_SECONDS) errors.invalid(field, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > MAX_TOKEN_SECONDS) errors.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds');
  if (isEmpty(token.path)) errors.required(path.child('path'));
  else validateUnreservedPath(token.path, path.child('path'), errors);
}

/** The files a source makes by name, and what a message names for each. */
function targetsOf(source: DeepReadonly<VolumeProjection>): { target: string; owner: string }[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  const named = [secret, configMap].flatMap((projection) =>
    listOf(projection?.items).map(({ path }) => ({ target: path, owner: projection?.name ?? '' })),
  );
  const files = [...listOf(downwardAPI?.items), ...(serviceAccountToken === undefined ? [] : [serviceAccountToken])];
  return [...named, ...files.map(({ path }) => ({ target: path, owner: path }))];
}
