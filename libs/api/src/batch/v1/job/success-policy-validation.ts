import { NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { JobSpec, SuccessPolicyRule } from '../../../generated/batch/v1';
import { listOf } from '../../../presence';
import { countIndexes } from './indexes';

const MAX_RULES = 20;
const MAX_INDEXES_LENGTH = 64 * 1024;

export function validateSuccessPolicy(
  { completionMode, completions = 0, successPolicy }: DeepReadonly<JobSpec>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (successPolicy === undefined) return;
  if (completionMode !== 'Indexed') return errors.invalid(path, successPolicy, 'requires indexed completion mode');
  const at = path.child('rules');
  const rules = listOf(successPolicy.rules);
  if (rules.length === 0) errors.required(at, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > MAX_RULES) errors.tooMany(at, rules.length, MAX_RULES);
  rules.forEach((rule, index) => validateRule(rule, completions, at.index(index), errors));
}

function validateRule(
  { succeededCount: count, succeededIndexes: indexes }: DeepReadonly<SuccessPolicyRule>,
  completions: number,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (count === undefined && indexes === undefined)
    errors.required(path, 'at least one of succeededCount or succeededIndexes must be specified');
  const total = indexes === undefined ? 0 : validateIndexes(indexes, completions, path.child('succeededIndexes'), errors);
  if (count === undefined) return;
  const at = path.child('succeededCount');
  if (count < 0) errors.invalid(at, count, NOT_NEGATIVE);
  if (count > completions) errors.invalid(at, count, `must be less than or equal to ${completions} (the number of specified completions)`);
  if (indexes !== undefined && count > total)
    errors.invalid(at, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`);
}

/** @returns how many indexes there are; 0 if they can't be read */
function validateIndexes(indexes: string, completions: number, path: FieldPath, errors: FieldErrors): number {
  if (indexes.length > MAX_INDEXES_LENGTH) errors.tooLong(path, MAX_INDEXES_LENGTH);
  const counted = countIndexes(indexes, completions);
  if (typeof counted === 'number') return counted;
  errors.invalid(path, indexes, `error parsing succeededIndexes: ${counted.problem}`);
  return 0;
}
