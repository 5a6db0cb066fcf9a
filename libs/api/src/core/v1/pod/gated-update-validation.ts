import { deepEqual, semanticEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { NodeAffinity, NodeSelectorTerm, PodSpec } from '../../../generated/core/v1';
import { listOf, omit } from '../../../presence';

/**
 * While a pod waits at a scheduling gate, whoever holds the gate may narrow down where the pod may run, never widen it (KEP-3838).
 */
export function validateGatedUpdate(
  next: DeepReadonly<PodSpec>,
  previous: DeepReadonly<PodSpec>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const [key, value] of Object.entries(previous.nodeSelector ?? {}))
    if (next.nodeSelector?.[key] !== value)
      errors.invalid(
        path.child('nodeSelector'),
        next.nodeSelector,
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      );
  validateAffinityNarrowed(next.affinity?.nodeAffinity, previous.affinity?.nodeAffinity, path.child('affinity', 'nodeAffinity'), errors);
}

/** `next` with the node selector and node affinity of `previous`. */
export function withoutGatedFields(next: DeepReadonly<PodSpec>, previous: DeepReadonly<PodSpec>): DeepReadonly<PodSpec> {
  const nodeAffinity = previous.affinity?.nodeAffinity;
  const affinity = { ...omit(next.affinity ?? {}, 'nodeAffinity'), ...(nodeAffinity === undefined ? {} : { nodeAffinity }) };
  return { ...next, nodeSelector: previous.nodeSelector ?? {}, affinity };
}

function validateAffinityNarrowed(
  next: DeepReadonly<NodeAffinity> | undefined,
  previous: DeepReadonly<NodeAffinity> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const field = 'requiredDuringSchedulingIgnoredDuringExecution';
  const [after, before] = [listOf(next?.[field]?.nodeSelectorTerms), listOf(previous?.[field]?.nodeSelectorTerms)];
  if (before.length === 0) return;
  if (after.length !== before.length)
    return errors.invalid(
      path.child(field, 'nodeSelectorTerms'),
      after,
      'no additions/deletions to non-empty NodeSelectorTerms list are allowed',
    );
  before.forEach((term, position) => {
    const nextTerm = after[position];
    if (nextTerm === undefined || semanticEqual(term, nextTerm)) return;
    if (!extendsTerm(nextTerm, term))
      errors.invalid(
        path.child(field, 'nodeSelectorTerms').index(position),
        nextTerm,
        'only additions are allowed (no mutations or deletions)',
      );
  });
}

/** Terms without any requirement match nothing, so that adding to one would widen it. */
function extendsTerm(next: DeepReadonly<NodeSelectorTerm>, previous: DeepReadonly<NodeSelectorTerm>): boolean {
  const [expressions, fields] = [listOf(previous.matchExpressions), listOf(previous.matchFields)];
  if (expressions.length === 0 && fields.length === 0) return false;
  const keeps = (before: readonly unknown[], after: readonly unknown[]): boolean =>
    before.every((requirement, position) => deepEqual(requirement, after[position]));
  return keeps(expressions, listOf(next.matchExpressions)) && keeps(fields, listOf(next.matchFields));
}
