import { deepEqual, inRange, semanticEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Container, Pod, PodSchedulingGate, PodSpec, Toleration } from '../../../generated/core/v1';
import { listOf, omit } from '../../../presence';
import { validateGatedUpdate, withoutGatedFields } from './gated-update-validation';

const MAX_INT32 = 2 ** 31 - 1;

const MUTABLE_FIELDS = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

type Spec = DeepReadonly<PodSpec>;

/** What an update may change of a pod: images and little else (pkg/apis/core/validation `ValidatePodUpdate`). */
export function validatePodUpdate(next: DeepReadonly<Pod>, previous: DeepReadonly<Pod>, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  for (const field of ['containers', 'initContainers'] as const)
    if (!validateSameContainers(next.spec[field], previous.spec[field], spec.child(field), errors)) return;
  if (!validateDeadline(next.spec, previous.spec, spec.child('activeDeadlineSeconds'), errors)) return;
  validateTolerationsKept(listOf(next.spec.tolerations), listOf(previous.spec.tolerations), spec.child('tolerations'), errors);
  validateGatesOnlyRemoved(listOf(next.spec.schedulingGates), listOf(previous.spec.schedulingGates), spec.child('schedulingGates'), errors);
  const isGated = listOf(previous.spec.schedulingGates).length > 0;
  if (isGated) validateGatedUpdate(next.spec, previous.spec, spec, errors);

  const compared = withMutableFieldsOf(next.spec, previous.spec);
  const rest = isGated ? withoutGatedFields(compared, previous.spec) : compared;
  if (!semanticEqual(rest, previous.spec))
    errors.forbidden(spec, `pod updates may not change fields other than ${MUTABLE_FIELDS}\n${difference(previous.spec, rest)}`);
}

/** @returns whether the lists are alike enough to go on */
function validateSameContainers(
  next: DeepReadonly<Container[]> | undefined,
  previous: DeepReadonly<Container[]> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): boolean {
  if (listOf(next).length === listOf(previous).length) return true;
  errors.forbidden(path, 'pod updates may not add or remove containers');
  return false;
}

/** A deadline may be set and brought forward. @returns whether it is fine */
function validateDeadline(next: Spec, previous: Spec, path: FieldPath, errors: FieldErrors): boolean {
  const [after, before] = [next.activeDeadlineSeconds, previous.activeDeadlineSeconds];
  if (after === undefined) {
    if (before !== undefined) errors.invalid(path, null, 'must not update from a positive integer to nil value');
    return true;
  }
  const [outOfRange] = inRange(after, 0, MAX_INT32);
  if (outOfRange !== undefined) errors.invalid(path, after, outOfRange);
  else if (before !== undefined && before < after) errors.invalid(path, after, 'must be less than or equal to previous value');
  else return true;
  return false;
}

function validateTolerationsKept(
  next: readonly DeepReadonly<Toleration>[],
  previous: readonly DeepReadonly<Toleration>[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  const isKept = (old: DeepReadonly<Toleration>): boolean =>
    next.some((candidate) => deepEqual({ ...old, tolerationSeconds: candidate.tolerationSeconds }, candidate));
  if (!previous.every(isKept)) errors.forbidden(path, 'existing toleration can not be modified except its tolerationSeconds');
}

function validateGatesOnlyRemoved(
  next: readonly DeepReadonly<PodSchedulingGate>[],
  previous: readonly DeepReadonly<PodSchedulingGate>[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  next.forEach(({ name }, position) => {
    if (previous.every((gate) => gate.name !== name))
      errors.forbidden(path.index(position).child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`);
  });
}

/** `next` with what may change as it was before, so that any difference left is forbidden. */
function withMutableFieldsOf(next: Spec, previous: Spec): Spec {
  const graceIsMended = (previous.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  return {
    ...omit(next, 'activeDeadlineSeconds'),
    containers: withImagesOf(next.containers, previous.containers),
    ...(next.initContainers === undefined ? {} : { initContainers: withImagesOf(next.initContainers, listOf(previous.initContainers)) }),
    ...(previous.activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds: previous.activeDeadlineSeconds }),
    schedulingGates: listOf(previous.schedulingGates),
    tolerations: listOf(previous.tolerations),
    ...(graceIsMended ? { terminationGracePeriodSeconds: previous.terminationGracePeriodSeconds ?? 0 } : {}),
  };
}

function withImagesOf(next: DeepReadonly<Container[]>, previous: DeepReadonly<Container[]>): DeepReadonly<Container[]> {
  return next.map((container, position) => {
    const image = previous[position]?.image;
    return image === undefined ? container : { ...container, image };
  });
}

/** The fields that differ, before and after. */
function difference(previous: Spec, next: Spec): string {
  const fields = [...new Set([...Object.keys(previous), ...Object.keys(next)])] as (keyof PodSpec)[];
  return fields
    .filter((field) => !semanticEqual(previous[field], next[field]))
    .map((field) => `-  ${field}: ${JSON.stringify(previous[field])}\n+  ${field}: ${JSON.stringify(next[field])}\n`)
    .join('');
}
