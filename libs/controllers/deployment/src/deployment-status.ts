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
  const conditions = progressing({ all, deployment, newSet, now, status });
  const newFirst = newSet === undefined ? all : [newSet, ...all];
  const failure = newFirst.flatMap((set) => findCondition(set.status?.conditions, 'ReplicaFailure') ?? [])[0];
  if (failure === undefined) return { ...status, conditions: withoutCondition(conditions, 'ReplicaFailure') };
  const verdict: Verdict = { type: 'ReplicaFailure', status: failure.status, reason: failure.reason ?? '', message: failure.message ?? '' };
  const since = failure.lastTransitionTime === undefined ? now : Date.parse(failure.lastTransitionTime);
  return { ...status, conditions: withCondition(conditions, verdict, since) };
}

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
    const time = formatTime(now);
    const lastTransitionTime = current?.status === 'True' ? (current.lastTransitionTime ?? time) : time;
    const verdict = verdictOf('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    return [...withoutCondition(conditions, 'Progressing'), { ...verdict, lastUpdateTime: time, lastTransitionTime }];
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

/** Milliseconds until a rollout that shows no progress is late; undefined if it is complete, or late already. */
export function untilLate(deployment: DeepReadonly<Deployment>, status: DeploymentStatus, now: number): number | undefined {
  const { progressDeadlineSeconds } = deployment.spec;
  const current = findCondition(status.conditions, 'Progressing');
  if (progressDeadlineSeconds === undefined || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadlineOf(current, progressDeadlineSeconds) - now) + 1000;
}

export const CREATION_FAILED = 'ReplicaSetCreateError';

export const createdNewSet = (name: string): Verdict => verdictOf('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);

export const creationFailed = (message: string): Verdict => verdictOf('False', CREATION_FAILED, message);

export const foundNewSet = (name: string): Verdict => verdictOf('True', 'FoundNewReplicaSet', `Found new replica set "${name}"`);

/**
 * What is to be said of a rollout that was paused or goes on again, so that the time of its pause does not count for its deadline; undefined if that is said, or it has
 * no deadline. One that was late already stays so.
 */
export function pauseVerdict({ spec, status }: DeepReadonly<Deployment>): Verdict | undefined {
  const reason = findCondition(status?.conditions, 'Progressing')?.reason;
  if (spec.progressDeadlineSeconds === undefined || reason === 'ProgressDeadlineExceeded') return undefined;
  const isPaused = spec.paused === true;
  if (isPaused === (reason === 'DeploymentPaused')) return undefined;
  return isPaused
    ? verdictOf('Unknown', 'DeploymentPaused', 'Deployment is paused')
    : verdictOf('Unknown', 'DeploymentResumed', 'Deployment is resumed');
}

/** Sets a condition, as the last, unless its status and reason are there already; its transition time moves with its status alone. */
export function withCondition(conditions: Conditions | undefined, verdict: Verdict, now: number): DeploymentCondition[] {
  const current = findCondition(conditions, verdict.type);
  if (current?.status === verdict.status && current.reason === verdict.reason) return [...(conditions ?? [])];
  const time = formatTime(now);
  const lastTransitionTime = current?.status === verdict.status ? (current.lastTransitionTime ?? time) : time;
  return [...withoutCondition(conditions, verdict.type), { ...verdict, lastUpdateTime: time, lastTransitionTime }];
}

function withoutCondition(conditions: Conditions | undefined, type: string): DeploymentCondition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type).map((condition) => ({ ...condition }));
}
