import type { LabelSelector } from '@keelson/apimachinery';
import type { Pod, PodAffinityTerm } from '../../../generated/core/v1';
import { elementsOf, listOf } from '../../../presence';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/**
 * Turns the keys that affinity terms and spread constraints take from the pod's own labels into requirements of their selectors, so that
 * the scheduler sees plain selectors (KEP-3633, KEP-3243). Writes into `pod`, once, when it is created.
 */
export function resolveLabelKeys(pod: Pod): void {
  const labels = pod.metadata.labels ?? {};
  for (const affinity of [pod.spec.affinity?.podAffinity, pod.spec.affinity?.podAntiAffinity]) {
    const weighted = elementsOf(affinity?.[PREFERRED]).map(({ podAffinityTerm }) => podAffinityTerm);
    for (const term of [...elementsOf(affinity?.[REQUIRED]), ...weighted]) resolveTerm(term, labels);
  }
  for (const constraint of elementsOf(pod.spec.topologySpreadConstraints))
    addRequirements(constraint.labelSelector, requirements(constraint.matchLabelKeys, 'In', labels));
}

function resolveTerm(term: PodAffinityTerm, labels: Readonly<Record<string, string>>): void {
  addRequirements(term.labelSelector, [
    ...requirements(term.matchLabelKeys, 'In', labels),
    ...requirements(term.mismatchLabelKeys, 'NotIn', labels),
  ]);
}

interface Expression {
  key: string;
  operator: string;
  values: string[];
}

/** A key that the pod has no label for requires nothing. */
function requirements(keys: readonly string[] | undefined, operator: string, labels: Readonly<Record<string, string>>): Expression[] {
  return listOf(keys).flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

function addRequirements(selector: LabelSelector | undefined, added: readonly Expression[]): void {
  if (selector === undefined || added.length === 0) return;
  selector.matchExpressions = [...elementsOf(selector.matchExpressions), ...added];
}
