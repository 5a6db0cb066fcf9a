import type { ContainerStatus, PodCondition } from '@keelson/api';
import { initContainersOf, isSidecar } from '../pod/pod-containers';
import type { ReadonlyPod } from '../pod/types';
import type { PodPhase } from './pod-phase';

/** The condition types the kubelet owns; all others belong to whoever set them. */
export const KUBELET_CONDITIONS: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'DisruptionTarget',
];

export interface ConditionInputs {
  readonly phase: PodPhase;
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  /** A sandbox is up and, unless it shares the node's, has its network. */
  readonly hasSandbox: boolean;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const TRUE: Verdict = { status: 'True' };

/** The kubelet's own conditions, without times (upstream: pkg/kubelet/status/generate.go). */
export function podConditions(pod: ReadonlyPod, inputs: ConditionInputs): PodCondition[] {
  const containers = containersReady(pod, inputs);
  return [
    { type: 'PodReadyToStartContainers', ...(inputs.hasSandbox ? TRUE : { status: 'False' }) },
    { type: 'Initialized', ...initialized(pod, inputs) },
    { type: 'Ready', ...ready(pod, containers) },
    { type: 'ContainersReady', ...containers },
    { type: 'PodScheduled', ...TRUE },
  ];
}

function containersReady(pod: ReadonlyPod, { phase, init, main }: ConditionInputs): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const sidecars = init.filter((_, index) => isSidecarAt(pod, index));
  const unready = [...sidecars, ...main].filter((status) => !status.ready).map(({ name }) => name);
  return unready.length === 0
    ? TRUE
    : { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function ready(pod: ReadonlyPod, containers: Verdict): Verdict {
  if (containers.status !== 'True') return containers;
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (condition === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return problems.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}

function initialized(pod: ReadonlyPod, { phase, init, main }: ConditionInputs): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const mainStarted = main.some(
    ({ state, lastState }) => state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  );
  if (mainStarted) return TRUE;
  const incomplete = init
    .filter((status, index) => (isSidecarAt(pod, index) ? status.started !== true : !status.ready))
    .map(({ name }) => name);
  if (incomplete.length === 0) return TRUE;
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
}

function isSidecarAt(pod: ReadonlyPod, index: number): boolean {
  const container = initContainersOf(pod)[index];
  return container !== undefined && isSidecar(container);
}
