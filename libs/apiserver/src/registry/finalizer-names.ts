import type { DeepReadonly, FieldErrors, FieldPath, ObjectMeta } from '@keelson/apimachinery';

/** The finalizers that stand for themselves; every other one says whose it is, before a slash. */
const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** The rule that built-in kinds have for finalizers beside those of all metadata (`pkg/apis/core/validation`). */
export function validateFinalizerNames({ finalizers = [] }: DeepReadonly<Partial<ObjectMeta>>, path: FieldPath, errors: FieldErrors): void {
  for (const [position, finalizer] of finalizers.entries())
    if (!finalizer.includes('/') && !STANDARD.has(finalizer))
      errors.invalid(path.index(position), finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
}
