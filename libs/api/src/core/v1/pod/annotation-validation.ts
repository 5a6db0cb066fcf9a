import { addProblems, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

/** Marks the API's image of a pod that a kubelet runs from a file. */
export const MIRROR_POD_ANNOTATION = 'kubernetes.io/config.mirror';
export const POD_DELETION_COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';

const INT32 = 2 ** 31;

/** The annotations whose values mean something to Kubernetes itself. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: DeepReadonly<PodSpec> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const mirror = annotations?.[MIRROR_POD_ANNOTATION];
  if (mirror !== undefined && isEmpty(spec?.nodeName))
    errors.invalid(path.key(MIRROR_POD_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set');
  const cost = annotations?.[POD_DELETION_COST_ANNOTATION];
  if (cost !== undefined) addProblems(deletionCostProblems(cost), cost, path.key(POD_DELETION_COST_ANNOTATION), errors);
}

function deletionCostProblems(cost: string): readonly string[] {
  const isInt32 = /^(0|-?[1-9]\d*)$/.test(cost) && Number(cost) < INT32 && Number(cost) >= -INT32;
  return isInt32 ? [] : ['must be a 32bit integer'];
}
