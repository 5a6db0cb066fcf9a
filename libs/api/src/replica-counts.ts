import { NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath, type KubernetesObject } from '@keelson/apimachinery';
import type { SubresourceRules } from './define-kind';

export interface CountRules {
  /** The fields of a status that are not negative. */
  readonly counts: readonly string[];
  /** Those that count some of its `replicas`. */
  readonly parts: readonly string[];
  /** How a message calls the ready ones, which all available ones are. */
  readonly ready: string;
}

/** The `status` subresource of a workload that counts its pods: whoever counts them can't have more of a part than of the whole. */
export function countedStatus(rules: CountRules): SubresourceRules<KubernetesObject & { status?: object }> {
  return {
    validateUpdate: ({ status }, previous, path, errors) => {
      const at = path.child('status');
      const [next, old] = [countsOf(status), countsOf(previous.status)];
      validateCounts(next, rules, at, errors);
      if (rules.counts.includes('collisionCount') && (next('collisionCount') ?? 0) < (old('collisionCount') ?? 0))
        errors.invalid(at.child('collisionCount'), next('collisionCount') ?? 0, 'cannot be decremented');
    },
  };
}

type Counts = (field: string) => number | undefined;

const countsOf =
  (status: DeepReadonly<object> | undefined): Counts =>
  (field) =>
    (status as Readonly<Record<string, number>> | undefined)?.[field];

function validateCounts(count: Counts, { counts, parts, ready }: CountRules, path: FieldPath, errors: FieldErrors): void {
  for (const field of counts) {
    const value = count(field) ?? 0;
    if (value < 0) errors.invalid(path.child(field), value, NOT_NEGATIVE);
  }
  for (const field of parts) {
    const value = count(field) ?? 0;
    if (value > (count('replicas') ?? 0)) errors.invalid(path.child(field), value, 'cannot be greater than status.replicas');
  }
  const available = count('availableReplicas') ?? 0;
  if (parts.includes('availableReplicas') && available > (count('readyReplicas') ?? 0))
    errors.invalid(path.child('availableReplicas'), available, `cannot be greater than ${ready}`);
}
