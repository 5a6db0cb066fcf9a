import { conditionIsTrue, type DeepReadonly } from '@keelson/apimachinery';
import type { ContainerState, ContainerStatus, Pod } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { isSidecar, podIsTerminal } from './phase';

/** What `kubectl get pods` says of a pod in a word (pkg/printers/internalversion `printPod`). */
export interface PodSummary {
  /** Such as `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`. */
  readonly reason: string;
  readonly ready: number;
  /** Containers and sidecars. */
  readonly total: number;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

type Summary = { -readonly [K in keyof PodSummary]: PodSummary[K] };
type Subject = DeepReadonly<Pod>;

export function podSummary(pod: Subject): PodSummary {
  const sidecars = listOf(pod.spec.initContainers).filter(isSidecar);
  const summary: Summary = {
    reason: phaseReason(pod),
    ready: 0,
    total: listOf(pod.spec.containers).length + sidecars.length,
    restarts: 0,
    lastRestart: undefined,
  };
  const { isInitializing, sidecarRestarts } = summariseInit(pod, new Set(sidecars.map(({ name }) => name)), summary);
  if (!isInitializing || conditionIsTrue(pod.status?.conditions, 'Initialized')) {
    Object.assign(summary, sidecarRestarts);
    summariseContainers(pod, summary);
  }
  summary.reason = deletionReason(pod) ?? summary.reason;
  return summary;
}

function phaseReason({ status }: Subject): string {
  const gated = listOf(status?.conditions).some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  if (gated) return 'SchedulingGated';
  return status?.reason === undefined || status.reason === '' ? (status?.phase ?? '') : status.reason;
}

function deletionReason(pod: Subject): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return podIsTerminal(pod) ? undefined : 'Terminating';
}

interface InitSummary {
  readonly isInitializing: boolean;
  /** Once the pod is initialized, restarts of plain init containers no longer count. */
  readonly sidecarRestarts: Pick<PodSummary, 'restarts' | 'lastRestart'>;
}

/** Goes through the init containers up to the first that has not ended well or does not run yet. */
function summariseInit(pod: Subject, sidecars: ReadonlySet<string>, summary: Summary): InitSummary {
  const sidecarRestarts: Pick<Summary, 'restarts' | 'lastRestart'> = { restarts: 0, lastRestart: undefined };
  const count = listOf(pod.spec.initContainers).length;
  for (const [position, status] of listOf(pod.status?.initContainerStatuses).entries()) {
    const isRestartable = sidecars.has(status.name);
    countRestarts(status, summary);
    if (isRestartable) countRestarts(status, sidecarRestarts);
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isRestartable && status.started === true) {
      if (status.ready) summary.ready++;
      continue;
    }
    summary.reason = initReason(status.state, `${position}/${count}`);
    return { isInitializing: true, sidecarRestarts };
  }
  return { isInitializing: false, sidecarRestarts };
}

function initReason(state: DeepReadonly<ContainerState> | undefined, progress: string): string {
  if (state?.terminated !== undefined) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason ?? '';
  return waiting === '' || waiting === 'PodInitializing' ? `Init:${progress}` : `Init:${waiting}`;
}

/** The first container that has something to say names the state. */
function summariseContainers(pod: Subject, summary: Summary): void {
  let hasRunning = false;
  let errorReason = '';
  for (const status of [...listOf(pod.status?.containerStatuses)].reverse()) {
    countRestarts(status, summary);
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting?.reason !== undefined && waiting.reason !== '') summary.reason = waiting.reason;
    else if (terminated !== undefined) {
      summary.reason = endReason(terminated);
      if (terminated.exitCode !== 0) errorReason = summary.reason;
    } else if (status.ready && running !== undefined) {
      hasRunning = true;
      summary.ready++;
    }
  }
  // One container of several may have ended while others run.
  if (summary.reason !== 'Completed') return;
  if (hasRunning && conditionIsTrue(pod.status?.conditions, 'Ready')) summary.reason = 'Running';
  else if (errorReason !== '') summary.reason = errorReason;
  else if (hasRunning) summary.reason = 'NotReady';
}

function endReason({ reason = '', signal = 0, exitCode }: NonNullable<DeepReadonly<ContainerState>['terminated']>): string {
  if (reason !== '') return reason;
  return signal === 0 ? `ExitCode:${exitCode}` : `Signal:${signal}`;
}

function countRestarts(
  { restartCount, lastState }: DeepReadonly<ContainerStatus>,
  counts: Pick<Summary, 'restarts' | 'lastRestart'>,
): void {
  counts.restarts += restartCount;
  const ended = lastState?.terminated?.finishedAt;
  if (ended !== undefined && (counts.lastRestart === undefined || Date.parse(counts.lastRestart) < Date.parse(ended)))
    counts.lastRestart = ended;
}
