import { formatTime } from '@keelson/apimachinery';
import type { Container as RuntimeContainer } from '@keelson/container-runtime';
import type { ContainerState, ContainerStateTerminated, ContainerStatus, DeepReadonly, VolumeMount, VolumeMountStatus } from '@keelson/api';
import { initContainersOf, isSidecar } from '../pod/pod-containers';
import { isRestartedAfter } from '../pod/restart-policy';
import type { ReadonlyContainer } from '../pod/types';
import type { StatusInputs } from './status-inputs';

/** The exit code of what was killed, and of what vanished. */
const KILLED = 137;

/** Which list of the pod's spec a container is in. */
export type ContainerRole = 'init' | 'main' | 'ephemeral';

const STATUS_LISTS = { init: 'initContainerStatuses', main: 'containerStatuses', ephemeral: 'ephemeralContainerStatuses' } as const;

/** The statuses of one list of the pod's containers, in the order of the spec. */
export function containerStatuses(containers: readonly ReadonlyContainer[], inputs: StatusInputs, role: ContainerRole): ContainerStatus[] {
  return containers.map((container) => containerStatus(container, inputs, role));
}

function containerStatus(container: ReadonlyContainer, inputs: StatusInputs, role: ContainerRole): ContainerStatus {
  const instances = inputs.state.containers.filter(({ name, state }) => name === container.name && state !== 'created');
  const [newest, before] = instances;
  const previous = previousStatus(container.name, inputs, role);
  const status = newest === undefined ? withoutInstance(container, inputs, previous) : ofInstance(container, newest, inputs);
  if (before !== undefined) status.lastState = { terminated: terminated(before, inputs) };
  else if (newest !== undefined && previous?.lastState !== undefined) status.lastState = structuredClone(previous.lastState);
  applyWaiting(status, container, newest, inputs, role);
  const given = newest === undefined ? {} : resourcesOf(container);
  return { ...withReadiness(status, container, newest, inputs, role), ...given, ...mountsOf(container) };
}

/** What the container was given, as its spec says: it is not resized while it runs. Nothing is said of one that was never made. */
function resourcesOf({ resources }: ReadonlyContainer): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const { requests, limits } = resources ?? {};
  return {
    resources: {
      ...(limits === undefined ? {} : { limits: { ...limits } }),
      ...(requests === undefined ? {} : { requests: { ...requests } }),
    },
    ...(requests === undefined ? {} : { allocatedResources: { ...requests } }),
  };
}

function mountsOf({ volumeMounts = [] }: ReadonlyContainer): Pick<ContainerStatus, 'volumeMounts'> {
  return volumeMounts.length === 0 ? {} : { volumeMounts: volumeMounts.map(mountStatus) };
}

function mountStatus({ name, mountPath, readOnly = false }: DeepReadonly<VolumeMount>): VolumeMountStatus {
  return { name, mountPath, ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}) };
}

function previousStatus(name: string, { previous }: StatusInputs, role: ContainerRole): DeepReadonly<ContainerStatus> | undefined {
  return previous?.[STATUS_LISTS[role]]?.find((status) => status.name === name);
}

function ofInstance(container: ReadonlyContainer, instance: RuntimeContainer, inputs: StatusInputs): ContainerStatus {
  return {
    name: container.name,
    image: container.image ?? instance.image,
    imageID: instance.imageId,
    containerID: containerID(instance, inputs),
    ready: false,
    restartCount: instance.attempt,
    state: stateOf(instance, inputs),
  };
}

/** Nothing in the runtime: it was never made, or it was and is gone. */
function withoutInstance(
  container: ReadonlyContainer,
  inputs: StatusInputs,
  previous: DeepReadonly<ContainerStatus> | undefined,
): ContainerStatus {
  const fresh = { name: container.name, image: container.image ?? '', imageID: '', ready: false, restartCount: 0 };
  const waiting = defaultWaiting(inputs);
  if (previous === undefined) return { ...fresh, state: waiting };
  const kept = { ...fresh, restartCount: previous.restartCount, imageID: previous.imageID };
  const id = previous.containerID === undefined ? {} : { containerID: previous.containerID };
  const lastState = structuredClone(previous.lastState ?? {}) as ContainerState;
  if (previous.state?.terminated !== undefined)
    return { ...kept, ...id, lastState, state: { terminated: { ...previous.state.terminated } } };
  if (previous.state?.running === undefined) return { ...kept, lastState, state: waiting };
  return inputs.finished === true
    ? { ...kept, ...id, lastState, state: { terminated: lostContainer(previous.containerID, LOST_AT_ITS_END) } }
    : { ...kept, state: waiting, lastState: { terminated: lostContainer(previous.containerID, LOST_WHILE_RUNNING) } };
}

const LOST_AT_ITS_END = 'The container could not be located when the pod was terminated';
const LOST_WHILE_RUNNING = 'The container could not be located when the pod was deleted.  The container used to be Running';

function lostContainer(id: string | undefined, message: string): ContainerStateTerminated {
  return { reason: 'ContainerStatusUnknown', message, exitCode: KILLED, ...(id === undefined ? {} : { containerID: id }) };
}

function defaultWaiting({ pod }: StatusInputs): ContainerState {
  return { waiting: { reason: initContainersOf(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating' } };
}

function stateOf(instance: RuntimeContainer, inputs: StatusInputs): ContainerState {
  if (instance.state === 'running') return { running: { startedAt: formatTime(instance.startedAt ?? instance.createdAt) } };
  return { terminated: terminated(instance, inputs) };
}

function terminated(instance: RuntimeContainer, inputs: StatusInputs): ContainerStateTerminated {
  const exitCode = instance.exitCode ?? KILLED;
  return {
    containerID: containerID(instance, inputs),
    exitCode,
    reason: instance.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: formatTime(instance.startedAt ?? instance.createdAt),
    finishedAt: formatTime(instance.finishedAt ?? inputs.now),
    ...(instance.message === undefined || instance.message === '' ? {} : { message: instance.message }),
  };
}

/** A container that ended and is to start again shows why it does not run yet, and how it ended as its last state. */
function applyWaiting(
  status: ContainerStatus,
  container: ReadonlyContainer,
  newest: RuntimeContainer | undefined,
  { waiting, pod, finished }: StatusInputs,
  role: ContainerRole,
): void {
  const why = waiting.get(container.name);
  if (why === undefined || finished === true || status.state?.running !== undefined) return;
  if (newest !== undefined && !isRestartedAfter(pod, container, { exitCode: newest.exitCode ?? KILLED, init: role === 'init' })) return;
  if (status.state?.terminated !== undefined) status.lastState = { terminated: status.state.terminated };
  status.state = { waiting: { ...why } };
}

function withReadiness(
  status: ContainerStatus,
  container: ReadonlyContainer,
  newest: RuntimeContainer | undefined,
  { probes }: StatusInputs,
  role: ContainerRole,
): ContainerStatus {
  // Nobody asks whether an ephemeral container is ready: it has no probes.
  if (role === 'ephemeral') return { lastState: {}, ...status, ready: false };
  const init = role === 'init';
  const running = status.state?.running !== undefined && newest !== undefined;
  const started = running && probes.hasStarted(newest.id);
  const completed = init && !isSidecar(container) && status.state?.terminated?.exitCode === 0;
  const ready = init && !isSidecar(container) ? completed : started && probes.isReady(newest.id);
  return { lastState: {}, ...status, started: init && !isSidecar(container) ? running : started, ready };
}

const containerID = (instance: RuntimeContainer, { runtimeName }: StatusInputs): string => `${runtimeName}://${instance.id}`;
