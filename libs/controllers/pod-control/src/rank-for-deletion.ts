import type { DeepReadonly, Pod } from '@keelson/api';
import { podIsReady, podReadySince } from './pod-state';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Whose deletion costs least first (upstream's ActivePodsWithRanks): unassigned, pending, unready, the lower deletion cost, from the node
 * with more related pods, ready for less time, restarted more often, the younger. Times count by their order of magnitude only (KEP-2185).
 * @param related the pods that count as neighbours on a node
 * @param now milliseconds since the epoch
 */
export function rankForDeletion(
  pods: readonly DeepReadonly<Pod>[],
  related: readonly DeepReadonly<Pod>[],
  now: number,
): DeepReadonly<Pod>[] {
  const onNode = new Map<string | undefined, number>();
  for (const { spec } of related) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  return [...pods].sort(
    (a, b) =>
      Number(isAssigned(a)) - Number(isAssigned(b)) ||
      phaseOf(a) - phaseOf(b) ||
      Number(podIsReady(a)) - Number(podIsReady(b)) ||
      deletionCost(a) - deletionCost(b) ||
      (onNode.get(b.spec.nodeName) ?? 0) - (onNode.get(a.spec.nodeName) ?? 0) ||
      byAge(podReadySince(a), podReadySince(b), { a, b, now }) ||
      mostRestarts(b) - mostRestarts(a) ||
      byAge(Date.parse(a.metadata.creationTimestamp), Date.parse(b.metadata.creationTimestamp), { a, b, now }),
  );
}

const isAssigned = ({ spec }: DeepReadonly<Pod>): boolean => (spec.nodeName ?? '') !== '';

const phaseOf = ({ status }: DeepReadonly<Pod>): number => PHASES[status?.phase ?? ''] ?? 0;

/** Whole numbers of 32 bits only; anything else counts as zero. */
function deletionCost({ metadata }: DeepReadonly<Pod>): number {
  const text = metadata.annotations?.[DELETION_COST] ?? '0';
  const cost = /^(?:0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return cost === Math.trunc(cost) && Math.abs(cost) < 2 ** 31 ? cost : 0;
}

const mostRestarts = ({ status }: DeepReadonly<Pod>): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));

function byAge(
  first: number | undefined,
  second: number | undefined,
  { a, b, now }: { a: DeepReadonly<Pod>; b: DeepReadonly<Pod>; now: number },
): number {
  if (first === undefined || second === undefined || first === second) return 0;
  const difference = magnitude(now - first) - magnitude(now - second);
  return difference === 0 ? (a.metadata.uid < b.metadata.uid ? -1 : 1) : difference;
}

const magnitude = (milliseconds: number): number => (milliseconds <= 0 ? -1 : Math.floor(Math.log2(milliseconds)));
