import { formatTime } from '@keelson/apimachinery';
import type { PodCondition, PodStatus } from '@keelson/api';
import { ephemeralContainersOf, initContainersOf } from '../pod/pod-containers';
import { qualityOfService } from '../pod/quality-of-service';
import { readySandbox } from '../runtime-state/pod-state';
import { containerStatuses } from './container-statuses';
import { podConditions } from './pod-conditions';
import { isTerminalPhase, podPhase, type PodPhase } from './pod-phase';
import type { StatusInputs } from './status-inputs';

/** The whole status of a pod as the kubelet sees it. Pure; once terminal, a phase stays what it is. */
export function computePodStatus(inputs: StatusInputs): PodStatus {
  const { pod, state, previous, now, failure } = inputs;
  const init = containerStatuses(initContainersOf(pod), inputs, 'init');
  const main = containerStatuses(pod.spec.containers, inputs, 'main');
  const ephemeral = containerStatuses(ephemeralContainersOf(pod), inputs, 'ephemeral');
  const phase = settledPhase(inputs, podPhase(pod, { init, main, finished: inputs.finished === true }));
  const sandbox = readySandbox(state);
  const hasSandbox = sandbox !== undefined && (pod.spec.hostNetwork === true || sandbox.ips.length > 0);
  const conditions = podConditions(pod, { phase, init, main, hasSandbox });
  const verdict = failure ?? (isTerminalPhase(previous?.phase) ? previous : undefined);
  return {
    ...observed(inputs),
    phase,
    conditions: dated(conditions, inputs),
    ...(verdict?.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict?.message === undefined ? {} : { message: verdict.message }),
    ...addresses(inputs),
    startTime: previous?.startTime ?? formatTime(now),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass: qualityOfService(pod),
  };
}

function settledPhase({ previous, failure }: StatusInputs, computed: PodPhase): PodPhase {
  if (isTerminalPhase(previous?.phase)) return previous?.phase as PodPhase;
  return failure === undefined ? computed : 'Failed';
}

function observed({ pod }: StatusInputs): Pick<PodStatus, 'observedGeneration'> {
  return pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
}

/** A condition keeps the time of its last transition until its status changes. */
function dated(conditions: readonly PodCondition[], inputs: StatusInputs): PodCondition[] {
  return conditions.map((condition) => {
    const before = inputs.previous?.conditions?.find(({ type }) => type === condition.type);
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : undefined;
    return { ...condition, ...observed(inputs), lastTransitionTime: lastTransitionTime ?? formatTime(inputs.now) };
  });
}

/** A pod on the node's network has the node's addresses; one whose sandbox is gone keeps those it had. */
function addresses({ pod, state, previous, hostIPs }: StatusInputs): Pick<PodStatus, 'hostIP' | 'hostIPs' | 'podIP' | 'podIPs'> {
  const sandboxIPs = readySandbox(state)?.ips ?? [];
  const current = pod.spec.hostNetwork === true ? hostIPs : sandboxIPs;
  const podIPs = current.length > 0 ? current : (previous?.podIPs ?? []).map(({ ip }) => ip);
  const [hostIP] = hostIPs;
  const [podIP] = podIPs;
  return {
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(podIP === undefined ? {} : { podIP, podIPs: podIPs.map((ip) => ({ ip })) }),
  };
}
