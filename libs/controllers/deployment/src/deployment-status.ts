import type { DeepReadonly, Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@keelson/api';
import { findCondition, formatTime } from '@keelson/apimachinery';
import { desired, rollingLimits, sum, totalDesired, type Sets } from './replica-sets';

type Conditions = readonly DeepReadonly<DeploymentCondition>[];
/** A condition's part that is decided here; its times follow from what was there before. */
export type Verdict = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The counts and the Available condition; deployment/sync.go `calculateStatus`. */
export function computeStatus(
  deployment: DeepReadonly<Deployment>,
  newSet: DeepReadonly<ReplicaSet> | undefined,
  old: Sets,
  now: number,
): DeploymentStatus {
  const all = newSet === undefined ? old : [...old, newSet];
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const present = deployment.status;
  const isEnough = available >= desired(deployment) - rollingLimits(deployment).maxUnavailable;
  const verdict: Verdict = isEnough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalDesired(all) - available),
    terminatingReplicas: sum(all, ({ status }) => status?.terminatingReplicas),
    ...(present?.collisionCount === undefined ? {} : { collisionCount: present.collisionCount }),
    conditions: withCondition(present?.conditions, verdict, now),
  };
}

/** Every pod is of the new template and available, and no other is left. */
export function isComplete(deployment: DeepReadonly<Deployment>, status: DeploymentStatus): boolean {
  const wanted = desired(deployment);
  const { availableReplicas, observedGeneration = 0, replicas, updatedReplicas } = status;
  return (
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted &&
    observedGeneration >= (deployment.metadata.generation ?? 0)
  );
}

export interface Rollout {
  readonly deployment: DeepReadonly<Deployment>;
  readonly newSet: DeepReadonly<ReplicaSet> | undefined;
  readonly all: Sets;
  readonly status: DeploymentStatus;
  readonly now: number;
}

/** Adds how the rollout goes: progressing, done, or late; and whether pods can't be made. deployment/progress.go. */
export function withProgress({ all, deployment, newSet, now, status }: Rollout): DeploymentStatus {
  const failure = all.flatMap((set) => findCondition(set.status?.conditions, 'ReplicaFailure') ?? [])[0];
  const settled = withoutCondition(progressing({ all, deployment, newSet, now, status }), 'ReplicaFailure');
  if (failure === undefined) return { ...status, conditions: settled };
  const verdict: Verdict = { type: 'ReplicaFailure', status: failure.status, reason: failure.reason ?? '', message: failure.message ?? '' };
  return { ...status, conditions: withCondition([...settled, ...presentOf(deployment, 'ReplicaFailure')], verdict, now) };
}

const presentOf = ({ status }: DeepReadonly<Deployment>, type: string): Conditions =>
  (status?.conditions ?? []).filter((condition) => condition.type === type);

function progressing({ deployment, newSet, now, status }: Rollout): DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  const current = findCondition(conditions, 'Progressing');
  if (deployment.spec.progressDeadlineSeconds === undefined) return withoutCondition(conditions, 'Progressing');
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return [...conditions];
  const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  if (isComplete(deployment, status))
    return withCondition(conditions, verdictOf('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`), now);
  if (hasProgressed(deployment.status ?? {}, status)) {
    // The time of the last progress counts for the deadline, so it moves although nothing else of the condition does.
    const moved = withCondition(conditions, verdictOf('True', 'ReplicaSetUpdated', `${subject} is progressing.`), now);
    return moved.map((condition) => (condition.type === 'Progressing' ? { ...condition, lastUpdateTime: formatTime(now) } : condition));
  }
  if (isLate(deployment, current, now))
    return withCondition(conditions, verdictOf('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`), now);
  return [...conditions];
}

const verdictOf = (status: string, reason: string, message: string): Verdict => ({ type: 'Progressing', status, reason, message });

function hasProgressed(
  before: DeepReadonly<DeploymentStatus>,
  { availableReplicas = 0, readyReplicas = 0, replicas = 0, updatedReplicas = 0 }: DeploymentStatus,
): boolean {
  const old = { updated: before.updatedReplicas ?? 0, total: before.replicas ?? 0 };
  return (
    updatedReplicas > old.updated ||
    replicas - updatedReplicas < old.total - old.updated ||
    readyReplicas > (before.readyReplicas ?? 0) ||
    availableReplicas > (before.availableReplicas ?? 0)
  );
}

function isLate({ spec }: DeepReadonly<Deployment>, current: DeepReadonly<DeploymentCondition> | undefined, now: number): boolean {
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  return current.reason === 'ProgressDeadlineExceeded' || now >= deadlineOf(current, spec.progressDeadlineSeconds ?? 0);
}

const deadlineOf = ({ lastUpdateTime }: DeepReadonly<DeploymentCondition>, seconds: number): number =>
  Date.parse(lastUpdateTime ?? '') + seconds * 1000;

/** Milliseconds until a rollout that shows no progress is late; undefined if it is not under way. */
export function untilLate({ spec }: DeepReadonly<Deployment>, status: DeploymentStatus, now: number): number | undefined {
  const current = findCondition(status.conditions, 'Progressing');
  const isUnderWay =
    current !== undefined &&
    current.status === 'True' &&
    current.reason !== 'NewReplicaSetAvailable' &&
    current.reason !== 'DeploymentPaused';
  return spec.progressDeadlineSeconds === undefined || !isUnderWay
    ? undefined
    : Math.max(0, deadlineOf(current, spec.progressDeadlineSeconds) - now) + 1000;
}

export const CREATION_FAILED = 'ReplicaSetCreateError';

export const createdNewSet = (name: string): Verdict => verdictOf('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);

export const creationFailed = (message: string): Verdict => verdictOf('False', CREATION_FAILED, message);

/** A paused rollout is neither late nor under way; one that was late already stays so. */
export function withPause(status: DeploymentStatus, now: number): DeploymentStatus {
  if (findCondition(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return status;
  const verdict = verdictOf('Unknown', 'DeploymentPaused', 'Deployment is paused');
  return { ...status, conditions: withCondition(status.conditions, verdict, now) };
}

/** Starts the time for a rollout anew that was paused, and for one that nothing was said of, such as of a set that was there before. */
export function withoutPause(status: DeploymentStatus, newSet: DeepReadonly<ReplicaSet> | undefined, now: number): DeploymentStatus {
  const current = findCondition(status.conditions, 'Progressing');
  if (current !== undefined && current.reason !== 'DeploymentPaused') return status;
  if (current === undefined && newSet === undefined) return status;
  const verdict =
    current === undefined
      ? verdictOf('True', 'FoundNewReplicaSet', `Found new replica set "${newSet?.metadata.name ?? ''}"`)
      : verdictOf('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  return { ...status, conditions: withCondition(status.conditions, verdict, now) };
}

/** Sets a condition; its transition time moves with its status, its update time with any change of it. */
export function withCondition(conditions: Conditions | undefined, verdict: Verdict, now: number): DeploymentCondition[] {
  const current = findCondition(conditions, verdict.type);
  const others = withoutCondition(conditions, verdict.type);
  if (
    current !== undefined &&
    current.status === verdict.status &&
    current.reason === verdict.reason &&
    current.message === verdict.message
  )
    return [...others, current];
  const time = formatTime(now);
  const lastTransitionTime = current?.status === verdict.status ? (current.lastTransitionTime ?? time) : time;
  return [...others, { ...verdict, lastUpdateTime: time, lastTransitionTime }];
}

function withoutCondition(conditions: Conditions | undefined, type: string): DeploymentCondition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type).map((condition) => ({ ...condition }));
}
