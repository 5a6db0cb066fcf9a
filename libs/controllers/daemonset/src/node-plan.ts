import type { DaemonSet, DeepReadonly, Pod } from '@keelson/api';
import { podIsReady, untilAvailable } from '@keelson/controller-pod-control';
import { byAge, HASH_LABEL } from './daemon-pods';
import type { DaemonNode } from './daemon-nodes';
import { surgeCount } from './rolling-update';

type Pods = readonly DeepReadonly<Pod>[];

/** What a node needs, whether or not there is an update. */
export interface NodePlan {
  readonly create: boolean;
  /** Too many, or where none should be. */
  readonly surplus: Pods;
  readonly failed: Pods;
  readonly succeeded: Pods;
}

const NOTHING: NodePlan = { create: false, surplus: [], failed: [], succeeded: [] };

/** @param now milliseconds since the epoch */
export function planNode(
  daemonSet: DeepReadonly<DaemonSet>,
  node: DaemonNode,
  { hash, now }: { readonly hash: string; readonly now: number },
): NodePlan {
  const { placement, pods } = node;
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  // Of nodes that are gone, the pods that ran there are left to the pod garbage collector.
  if (!node.exists) return { ...NOTHING, surplus: alive.filter(({ spec }) => (spec.nodeName ?? '') === '') };
  if (placement === 'run' && pods.length === 0) return { ...NOTHING, create: true };
  if (placement === 'leave') return { ...NOTHING, surplus: alive };
  const ofPhase = (phase: string): Pods => alive.filter(({ status }) => status?.phase === phase);
  const failed = ofPhase('Failed');
  const succeeded = ofPhase('Succeeded');
  const running = alive.filter((pod) => !failed.includes(pod) && !succeeded.includes(pod)).sort(byAge);
  const surges = surgeCount(daemonSet, 1) > 0;
  const surplus = surges ? surplusOfSurge(daemonSet, running, { hash, now }) : running.slice(1);
  return { create: surges && placement === 'run' && running.length === 0, surplus, failed, succeeded };
}

/** The oldest new pod and the oldest old pod stay, and the old one only until it is not ready or the new one is available. */
function surplusOfSurge(daemonSet: DeepReadonly<DaemonSet>, running: Pods, { hash, now }: { hash: string; now: number }): Pods {
  const isNew = ({ metadata }: DeepReadonly<Pod>): boolean => metadata.labels?.[HASH_LABEL] === hash;
  const fresh = running.find(isNew);
  const old = running.find((pod) => !isNew(pod));
  const rest = running.filter((pod) => pod !== fresh && pod !== old);
  if (fresh === undefined || old === undefined) return rest;
  const isReplaced = !podIsReady(old) || untilAvailable(fresh, daemonSet.spec.minReadySeconds ?? 0, now) === 0;
  return isReplaced ? [...rest, old] : rest;
}
