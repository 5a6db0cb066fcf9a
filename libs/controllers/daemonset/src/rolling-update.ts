import type { DaemonSet, DeepReadonly, Pod } from '@keelson/api';
import { scaledValue } from '@keelson/apimachinery';
import { untilAvailable } from '@keelson/controller-pod-control';
import type { DaemonNode } from './daemon-nodes';
import { isUpdated } from './daemon-pods';

type DaemonPod = DeepReadonly<Pod>;

/** The pods to delete, and the nodes to make another pod on. */
export interface UpdatePlan {
  readonly doomed: readonly DaemonPod[];
  readonly newOn: readonly string[];
}

/** A node of the update with the pods on it; `pods` is undefined where there are several of a kind, which have to be cleared away first. */
interface Candidate {
  readonly node: DaemonNode;
  readonly pods: { readonly fresh: DaemonPod | undefined; readonly old: DaemonPod | undefined } | undefined;
}

/** How many nodes may have two pods at once; zero if the set does not surge. */
export function surgeCount({ spec }: DeepReadonly<DaemonSet>, nodes: number): number {
  const { rollingUpdate, type } = spec.updateStrategy ?? {};
  return type === 'RollingUpdate' ? scaledValue(rollingUpdate?.maxSurge ?? 0, nodes, 'up') : 0;
}

/**
 * The next step of an update, within what the strategy allows: either deletes old pods and leaves it to the next reconcile to make new ones,
 * or, where it surges, makes new pods beside the old and deletes these once the new are available. Pods being deleted don't count.
 */
export function planUpdate(
  daemonSet: DeepReadonly<DaemonSet>,
  nodes: readonly DaemonNode[],
  { hash, now }: { readonly hash: string; readonly now: number },
): UpdatePlan {
  const desired = nodes.filter(({ placement }) => placement === 'run').length;
  const isAvailable = (pod: DaemonPod): boolean => untilAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now) === 0;
  const candidates = nodes
    .filter(({ placement, pods }) => placement === 'run' || pods.length > 0)
    .map((node) => ({ node, pods: pairOf(node, (pod) => isUpdated(pod, daemonSet, hash)) }));
  const maxSurge = surgeCount(daemonSet, desired);
  if (maxSurge > 0) return planSurge(candidates, { maxSurge, desired, isAvailable });
  // The API lets no set have neither, but for one that was stored before it did.
  const maxUnavailable = scaledValue(daemonSet.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, 'up');
  return { doomed: oldToDelete(candidates, Math.max(1, maxUnavailable), isAvailable), newOn: [] };
}

function pairOf({ pods }: DaemonNode, isNew: (pod: DaemonPod) => boolean): Candidate['pods'] {
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const fresh = alive.filter(isNew);
  const old = alive.filter((pod) => !isNew(pod));
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** Old pods that are not available anyway, and of the others as many as may be missing beside those that are. */
function oldToDelete(
  candidates: readonly Candidate[],
  maxUnavailable: number,
  isAvailable: (pod: DaemonPod) => boolean,
): readonly DaemonPod[] {
  const single = ({ pods }: Candidate): DaemonPod | undefined =>
    pods?.fresh !== undefined && pods.old !== undefined ? undefined : (pods?.fresh ?? pods?.old);
  const unavailable = candidates.filter((candidate) => {
    const pod = single(candidate);
    return pod === undefined || !isAvailable(pod);
  }).length;
  const old = candidates.flatMap(({ pods }) => (pods?.fresh === undefined ? (pods?.old ?? []) : []));
  const replaceable = old.filter((pod) => !isAvailable(pod));
  return [...replaceable, ...old.filter(isAvailable).slice(0, Math.max(0, maxUnavailable - unavailable))];
}

function planSurge(
  candidates: readonly Candidate[],
  { desired, isAvailable, maxSurge }: { maxSurge: number; desired: number; isAvailable: (pod: DaemonPod) => boolean },
): UpdatePlan {
  const plan = { doomed: [] as DaemonPod[], newOn: [] as string[] };
  const misplaced: DaemonPod[] = [];
  const surgeable: string[] = [];
  let surging = 0;
  let available = 0;
  for (const { node, pods } of candidates) {
    if (pods === undefined) {
      surging += 1;
      continue;
    }
    const { fresh, old } = pods;
    const counted = old ?? fresh;
    if (counted !== undefined && isAvailable(counted)) available += 1;
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (isAvailable(fresh)) plan.doomed.push(old);
      else surging += 1;
    } else if (node.placement === 'run') (isAvailable(old) ? surgeable : plan.newOn).push(node.name);
    else (isAvailable(old) ? misplaced : plan.doomed).push(old);
  }
  // A pod leaves a node that it should not be on only when there are enough elsewhere.
  plan.doomed.push(...misplaced.slice(0, Math.max(0, available - desired)));
  plan.newOn.push(...surgeable.slice(0, Math.max(0, maxSurge - surging)));
  return plan;
}
