import type { ContainerStatus, DeepReadonly } from '@keelson/api';
import { initContainersOf, isSidecar } from '../pod/pod-containers';
import type { ReadonlyPod } from '../pod/types';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

type Status = DeepReadonly<ContainerStatus>;

export interface PhaseInputs {
  readonly init: readonly Status[];
  readonly main: readonly Status[];
  /** All containers have ended and none will be started again. */
  readonly finished: boolean;
}

/** The pod's place in its life, from its containers' statuses and its restart policy (upstream: `getPhase`). */
export function podPhase(pod: ReadonlyPod, { init, main, finished }: PhaseInputs): PodPhase {
  const never = pod.spec.restartPolicy === 'Never';
  if (never && init.some((status, index) => !isSidecarAt(pod, index) && hasFailed(status))) return 'Failed';
  const counts = count(main);
  const initialized = counts.running + counts.stopped > 0 || init.every((status, index) => isInitialized(pod, status, index));
  if (finished) return finishedPhase(main, initialized);
  if (!initialized || counts.waiting > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  return counts.stopped === 0 ? 'Pending' : stoppedPhase(pod, counts);
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

interface Counts {
  readonly running: number;
  readonly waiting: number;
  /** Ended, or waiting to start again. */
  readonly stopped: number;
  readonly succeeded: number;
}

function count(statuses: readonly Status[]): Counts {
  const running = statuses.filter(({ state }) => state?.running !== undefined).length;
  const ended = statuses.filter(({ state }) => state?.terminated !== undefined);
  const again = statuses.filter(({ state, lastState }) => state?.waiting !== undefined && lastState?.terminated !== undefined).length;
  const succeeded = ended.filter(({ state }) => state?.terminated?.exitCode === 0).length;
  return { running, stopped: ended.length + again, waiting: statuses.length - running - ended.length - again, succeeded };
}

function stoppedPhase(pod: ReadonlyPod, { stopped, succeeded }: Counts): PodPhase {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (policy === 'Always') return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function finishedPhase(main: readonly Status[], initialized: boolean): PodPhase {
  return initialized && main.every(({ state }) => state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function hasFailed({ state, lastState }: Status): boolean {
  const ended = state?.terminated ?? (state?.waiting === undefined ? undefined : lastState?.terminated);
  return ended !== undefined && ended.exitCode !== 0;
}

function isInitialized(pod: ReadonlyPod, status: Status, index: number): boolean {
  return isSidecarAt(pod, index) ? status.started === true : status.state?.terminated?.exitCode === 0;
}

function isSidecarAt(pod: ReadonlyPod, index: number): boolean {
  const container = initContainersOf(pod)[index];
  return container !== undefined && isSidecar(container);
}
