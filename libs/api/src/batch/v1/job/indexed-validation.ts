import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { JobSpec } from '../../../generated/batch/v1';

type Spec = DeepReadonly<JobSpec>;

const MODES = ['Indexed', 'NonIndexed'];
const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;

/** With more completions than these, a backoff limit for each index leaves less room for the rest. */
const MANY_COMPLETIONS = 100_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_FAILED_INDEXES_OF_MANY = 10_000;

/** The completion mode, and what it asks of the counts. `path` is the spec's. A mode that is absent counts pods, not indexes. */
export function validateIndexed(spec: Spec, path: FieldPath, errors: FieldErrors): void {
  const { backoffLimitPerIndex, completionMode = 'NonIndexed', maxFailedIndexes } = spec;
  if (!MODES.includes(completionMode)) errors.notSupported(path.child('completionMode'), completionMode, MODES);
  if (completionMode === 'Indexed') validateCounts(spec, path, errors);
  if (completionMode !== 'NonIndexed') return;
  if (backoffLimitPerIndex !== undefined)
    errors.invalid(path.child('backoffLimitPerIndex'), backoffLimitPerIndex, 'requires indexed completion mode');
  if (maxFailedIndexes !== undefined) errors.invalid(path.child('maxFailedIndexes'), maxFailedIndexes, 'requires indexed completion mode');
}

function validateCounts(spec: Spec, path: FieldPath, errors: FieldErrors): void {
  const { completions, maxFailedIndexes, parallelism = 0 } = spec;
  if (completions === undefined) errors.required(path.child('completions'), 'when completion mode is Indexed');
  if (parallelism > MAX_PARALLELISM)
    errors.invalid(path.child('parallelism'), parallelism, `${atMost(MAX_PARALLELISM)} when completion mode is Indexed`);
  const at = path.child('maxFailedIndexes');
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    errors.invalid(at, maxFailedIndexes, 'must be less than or equal to completions');
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_FAILED_INDEXES)
    errors.invalid(at, maxFailedIndexes, atMost(MAX_FAILED_INDEXES));
  if ((completions ?? 0) > MANY_COMPLETIONS && spec.backoffLimitPerIndex !== undefined) validateCountsOfMany(spec, path, errors);
}

function validateCountsOfMany({ maxFailedIndexes, parallelism = 0 }: Spec, path: FieldPath, errors: FieldErrors): void {
  const when = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  const at = path.child('maxFailedIndexes');
  if (maxFailedIndexes === undefined) errors.required(at, `must be specified when completions is above ${MANY_COMPLETIONS}`);
  if (parallelism > MAX_PARALLELISM_OF_MANY)
    errors.invalid(path.child('parallelism'), parallelism, `${atMost(MAX_PARALLELISM_OF_MANY)} ${when}`);
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_FAILED_INDEXES_OF_MANY)
    errors.invalid(at, maxFailedIndexes, `${atMost(MAX_FAILED_INDEXES_OF_MANY)} ${when}`);
}

const atMost = (limit: number): string => `must be less than or equal to ${limit}`;
