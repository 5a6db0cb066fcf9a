import type { DeepReadonly, SuccessPolicy, SuccessPolicyRule } from '@keelson/api';
import { parseIndexes } from './completed-indexes';

/**
 * Whether an indexed job has succeeded before all its indexes have (KEP-3998).
 * @param succeeded the indexes that have succeeded
 * @returns which rule says so, in words; undefined if none does
 */
export function matchSuccessPolicy(
  policy: DeepReadonly<SuccessPolicy> | undefined,
  succeeded: ReadonlySet<number>,
  completions: number,
): string | undefined {
  if (succeeded.size === 0) return undefined;
  const index = (policy?.rules ?? []).findIndex((rule) => isMet(rule, succeeded, completions));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function isMet(
  { succeededCount, succeededIndexes }: DeepReadonly<SuccessPolicyRule>,
  succeeded: ReadonlySet<number>,
  completions: number,
): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
  const required = parseIndexes(succeededIndexes, completions);
  if (required.size === 0) return false;
  const met = [...required].filter((each) => succeeded.has(each)).length;
  return met === required.size || (succeededCount !== undefined && met >= succeededCount);
}
