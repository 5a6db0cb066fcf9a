import type { Container } from '@keelson/container-runtime';
import type { ContainerStatus, DeepReadonly } from '@keelson/api';
import type { ReadonlyPod } from '../pod/types';
import type { PodState } from '../runtime-state/pod-state';
import { HttpError } from './http-error';

interface Asked {
  readonly container: string;
  /** The instance before the present one. */
  readonly previous: boolean;
}

/**
 * The instance of a container whose log is asked for: the one that runs, or the one that ended last (upstream: `validateContainerLogStatus`).
 * @param state from the runtime, which knows of an end before the pod's status does
 * @throws HttpError 404 if the pod has no such container, 400 in upstream's words if there is nothing to show of it yet
 */
export function logTarget(pod: ReadonlyPod, state: PodState, { container, previous }: Asked): Container {
  const { name } = pod.metadata;
  const { spec } = pod;
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  if (!all.some((candidate) => candidate.name === container))
    throw new HttpError(404, `container "${container}" not found in pod "${name}"`);
  const [newest, before] = state.containers.filter((candidate) => candidate.name === container && candidate.state !== 'created');
  const target = previous ? before : newest;
  if (target !== undefined) return target;
  if (previous) throw new HttpError(400, `previous terminated container "${container}" in pod "${name}" not found`);
  throw new HttpError(400, `container "${container}" in pod "${name}" ${whyNoLog(statusOf(pod, container))}`);
}

function statusOf({ status }: ReadonlyPod, container: string): DeepReadonly<ContainerStatus> | undefined {
  const { containerStatuses = [], ephemeralContainerStatuses = [], initContainerStatuses = [] } = status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);
}

function whyNoLog(status: DeepReadonly<ContainerStatus> | undefined): string {
  if (status === undefined) return 'is not available';
  const { terminated, waiting } = status.state ?? {};
  if (terminated !== undefined || status.lastState?.terminated !== undefined) return 'is terminated';
  switch (waiting?.reason) {
    case undefined:
      return 'is waiting to start - no logs yet';
    case 'ErrImagePull':
      return `is waiting to start: image can't be pulled`;
    case 'ImagePullBackOff':
      return 'is waiting to start: trying and failing to pull image';
    default:
      return `is waiting to start: ${waiting?.reason ?? ''}`;
  }
}
