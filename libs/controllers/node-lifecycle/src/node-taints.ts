import type { DeepReadonly, Node, Taint } from '@keelson/api';
import { findCondition, formatTime } from '@keelson/apimachinery';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taint of each condition, by the status that calls for it. */
const BY_CONDITION: readonly { readonly type: string; readonly status: string; readonly key: string }[] = [
  { type: 'Ready', status: 'False', key: NOT_READY },
  { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
];

const NO_SCHEDULE_KEYS: ReadonlySet<string> = new Set([...BY_CONDITION.map(({ key }) => key), UNSCHEDULABLE]);
const NO_EXECUTE_KEYS: ReadonlySet<string> = new Set([NOT_READY, UNREACHABLE]);

/** The taint that drives pods off a node that is not ready; undefined for one that is. */
export function evictionTaint({ status }: DeepReadonly<Node>): string | undefined {
  const ready = findCondition(status?.conditions, 'Ready')?.status;
  if (ready === 'False') return NOT_READY;
  return ready === 'Unknown' ? UNREACHABLE : undefined;
}

/**
 * The taints that a node should have, or undefined if it has them. Those of others are left alone.
 * @param evict whether pods may be driven off now, should the node not be ready
 */
export function settleTaints(
  node: DeepReadonly<Node>,
  { evict, now }: { readonly evict: boolean; readonly now: number },
): Taint[] | undefined {
  const present = node.spec.taints ?? [];
  const wanted = [...noSchedule(node), ...noExecute(node, { evict, present })];
  const isOurs = ({ effect, key }: DeepReadonly<Taint>): boolean =>
    (effect === 'NoSchedule' && NO_SCHEDULE_KEYS.has(key)) || (effect === 'NoExecute' && NO_EXECUTE_KEYS.has(key));
  const kept = present.filter((taint) => !isOurs(taint) || wanted.some((each) => isAlike(each, taint)));
  const added = wanted.filter((taint) => !present.some((each) => isAlike(each, taint)));
  const isSame = kept.length === present.length && added.length === 0;
  return isSame ? undefined : [...kept.map((taint) => ({ ...taint })), ...added.map((taint) => ({ ...taint, timeAdded: formatTime(now) }))];
}

const isAlike = (a: DeepReadonly<Taint>, b: DeepReadonly<Taint>): boolean => a.effect === b.effect && a.key === b.key;

function noSchedule({ spec, status }: DeepReadonly<Node>): Taint[] {
  const keys = (status?.conditions ?? []).flatMap(
    (condition) => BY_CONDITION.find((rule) => rule.type === condition.type && rule.status === condition.status)?.key ?? [],
  );
  if (spec.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys.map((key) => ({ key, effect: 'NoSchedule' }));
}

function noExecute(node: DeepReadonly<Node>, { evict, present }: { evict: boolean; present: readonly DeepReadonly<Taint>[] }): Taint[] {
  const key = evictionTaint(node);
  if (key === undefined) return [];
  const hasIt = present.some((taint) => taint.effect === 'NoExecute' && taint.key === key);
  return evict || hasIt ? [{ key, effect: 'NoExecute' }] : [];
}
