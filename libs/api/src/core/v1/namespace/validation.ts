import { addProblems, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Namespace } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

/** Finalizers whose plain names Kubernetes knows. */
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

export function validateNamespace({ spec }: DeepReadonly<Namespace>, path: FieldPath, errors: FieldErrors): void {
  for (const finalizer of listOf(spec.finalizers)) validateFinalizer(finalizer, path.child('spec', 'finalizers'), errors);
}

/** `namespaces/NAME/finalize`. */
export function validateFinalizeUpdate(
  next: DeepReadonly<Namespace>,
  _: DeepReadonly<Namespace>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  listOf(next.spec.finalizers).forEach((finalizer, position) =>
    validateFinalizer(finalizer, path.child('spec', 'finalizers').index(position), errors),
  );
}

export function validateNamespaceStatusUpdate(
  next: DeepReadonly<Namespace>,
  _: DeepReadonly<Namespace>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const isDeleted = next.metadata.deletionTimestamp !== undefined;
  const phase = next.status?.phase ?? '';
  const at = path.child('status', 'Phase');
  if (isDeleted && phase !== 'Terminating') errors.invalid(at, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  if (!isDeleted && phase !== 'Active') errors.invalid(at, phase, "may only be 'Active' if `deletionTimestamp` is empty");
}

function validateFinalizer(finalizer: string, path: FieldPath, errors: FieldErrors): void {
  addProblems(qualifiedName(finalizer), finalizer, path, errors);
  if (!finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer))
    errors.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
}
