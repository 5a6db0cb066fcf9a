import { semanticEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { SubresourceRules } from '../../../define-kind';
import type { Pod } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { MIRROR_POD_ANNOTATION } from './annotation-validation';
import { validatePod } from './validation';

/** `pods/NAME/ephemeralcontainers`: debugging containers are added, and never changed or taken away. */
export const ephemeralContainers: SubresourceRules<Pod> = {
  prepareForUpdate(next, previous) {
    const added = next.spec.ephemeralContainers;
    Object.assign(next, structuredClone(previous), {
      metadata: { ...structuredClone(previous.metadata), resourceVersion: next.metadata.resourceVersion },
    });
    if (added !== undefined) next.spec.ephemeralContainers = added;
    else delete next.spec.ephemeralContainers;
  },
  validateUpdate: validateAdded,
};

function validateAdded(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  validatePod(next, path, errors);
  if (previous.metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined)
    return errors.forbidden(path, 'static pods do not support ephemeral containers');
  const at = path.child('spec', 'ephemeralContainers');
  for (const before of listOf(previous.spec.ephemeralContainers)) {
    const after = listOf(next.spec.ephemeralContainers).find(({ name }) => name === before.name);
    const name = JSON.stringify(before.name);
    if (after === undefined) errors.forbidden(at, `existing ephemeral containers ${name} may not be removed\n`);
    else if (!semanticEqual(before, after))
      errors.forbidden(
        at,
        `existing ephemeral containers ${name} may not be changed\n-  ${JSON.stringify(before)}\n+  ${JSON.stringify(after)}`,
      );
  }
}
