import type { DeepReadonly, Deployment, ReplicaSet } from '@keelson/api';
import { maxAnnotation } from './revisions';
import { byAge, desired, isRolling, rollingLimits, sum, totalDesired, type Sets } from './replica-sets';

/** A set and the number of pods that it shall have. */
export interface Scaling {
  readonly set: DeepReadonly<ReplicaSet>;
  readonly replicas: number;
}

/** How many pods the new set may have now; deployment/util.NewRSNewReplicas. */
export function newSetSize(deployment: DeepReadonly<Deployment>, all: Sets, current: number): number {
  const wanted = desired(deployment);
  if (!isRolling(deployment)) return wanted;
  const room = wanted + rollingLimits(deployment).maxSurge - totalDesired(all);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

/**
 * How far the old sets may shrink: first pods that are not healthy, which takes nothing from what is available, then as many as keep the
 * promised number available; deployment/rolling.go.
 */
export function shrinkOldSets(deployment: DeepReadonly<Deployment>, newSet: DeepReadonly<ReplicaSet>, old: Sets): readonly Scaling[] {
  if (totalDesired(old) === 0) return [];
  const all = [...old, newSet];
  const leastAvailable = desired(deployment) - rollingLimits(deployment).maxUnavailable;
  const newUnavailable = desired(newSet) - (newSet.status?.availableReplicas ?? 0);
  const mayGo = totalDesired(all) - leastAvailable - newUnavailable;
  if (mayGo <= 0) return [];
  const { left, sizes } = dropUnhealthy(old, mayGo);
  const available = sum(all, ({ status }) => status?.availableReplicas);
  return dropHealthy(sizes, Math.min(left, Math.max(0, available - leastAvailable))).filter(
    ({ replicas, set }) => replicas !== desired(set),
  );
}

function dropUnhealthy(old: Sets, mayGo: number): { readonly sizes: readonly Scaling[]; readonly left: number } {
  let left = mayGo;
  const sizes = [...old].sort(byAge).map((set) => {
    const unhealthy = Math.max(0, desired(set) - (set.status?.availableReplicas ?? 0));
    const dropped = Math.min(left, unhealthy);
    left -= dropped;
    return { set, replicas: desired(set) - dropped };
  });
  return { sizes, left };
}

function dropHealthy(sizes: readonly Scaling[], mayGo: number): readonly Scaling[] {
  let left = mayGo;
  return sizes.map(({ replicas, set }) => {
    const dropped = Math.min(left, replicas);
    left -= dropped;
    return { set, replicas: replicas - dropped };
  });
}

/**
 * Shares a change of the deployment's size among the sets that have pods, in proportion to what they have, while a rollout is under way
 * or paused; deployment/sync.go `scale`. What rounding leaves over goes to the largest.
 */
export function scaleProportionally(
  deployment: DeepReadonly<Deployment>,
  newSet: DeepReadonly<ReplicaSet> | undefined,
  old: Sets,
): readonly Scaling[] {
  const wanted = desired(deployment);
  const all = newSet === undefined ? old : [...old, newSet];
  const active = all.filter((set) => desired(set) > 0);
  const only = active.length > 1 ? undefined : (active[0] ?? newSet ?? [...old].sort(byAge).at(-1));
  if (only !== undefined) return changed([{ set: only, replicas: wanted }]);
  if (newSet !== undefined && isSaturated(newSet, wanted)) return changed(old.map((set) => ({ set, replicas: 0 })));
  if (!isRolling(deployment)) return [];
  const allowed = wanted > 0 ? wanted + rollingLimits(deployment).maxSurge : 0;
  return changed(share(deployment, active, allowed));
}

const changed = (scalings: readonly Scaling[]): readonly Scaling[] => scalings.filter(({ replicas, set }) => replicas !== desired(set));

/** It has all pods that are wanted, and they are available: nothing else is needed. */
function isSaturated(set: DeepReadonly<ReplicaSet>, wanted: number): boolean {
  return desired(set) === wanted && (set.status?.availableReplicas ?? 0) === wanted;
}

function share(deployment: DeepReadonly<Deployment>, active: Sets, allowed: number): readonly Scaling[] {
  const toAdd = allowed - totalDesired(active);
  if (toAdd === 0) return [];
  const newestFirst = (a: DeepReadonly<ReplicaSet>, b: DeepReadonly<ReplicaSet>): number => (toAdd > 0 ? byAge(b, a) : byAge(a, b));
  const sorted = [...active].sort((a, b) => desired(b) - desired(a) || newestFirst(a, b));
  let left = toAdd;
  const scalings = sorted.map((set) => {
    const part = partOf(deployment, set, allowed);
    const given = toAdd > 0 ? Math.min(part, left) : Math.max(part, left);
    left -= given;
    return { set, replicas: desired(set) + given };
  });
  return scalings.map((scaling, index) => (index === 0 ? { ...scaling, replicas: Math.max(0, scaling.replicas + left) } : scaling));
}

/** What a set would gain or lose: it keeps its part of what the deployment might have had when the set was scaled last. */
function partOf(deployment: DeepReadonly<Deployment>, set: DeepReadonly<ReplicaSet>, allowed: number): number {
  if (desired(deployment) === 0) return -desired(set);
  const before = maxAnnotation(set) ?? deployment.status?.replicas ?? 0;
  return before === 0 ? 0 : Math.round((desired(set) * allowed) / before) - desired(set);
}
