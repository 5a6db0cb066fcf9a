import type { Container, Pod, PodSpec, PodStatus } from '../../../generated/core/v1';
import { elementsOf, ensure, omit } from '../../../presence';
import { defaultPodSpec } from '../pod-spec/defaults';
import { parseableAmounts } from '../pod-spec/resource-validation';
import { podRequests } from './resources';

/** What a pod has over the template it came from (pkg/apis/core/v1 `SetDefaults_Pod`). */
export function defaultPod(pod: Pod): void {
  const spec = ensure(pod, 'spec', { containers: [] });
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  // What is already over is given the least there is.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  for (const container of allContainers(spec)) requestWhatIsLimited(container);
  requestWhatPodIsLimitedTo(spec);
  pairPodIps(pod.status);
  if (spec.hostNetwork === true) for (const container of allContainers(spec)) useHostPorts(container);
}

const allContainers = (spec: PodSpec): Container[] => [...elementsOf(spec.containers), ...elementsOf(spec.initContainers)];

/** A limit alone is also the request. */
function requestWhatIsLimited({ resources }: Container): void {
  if (resources?.limits === undefined) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

/** A pod with limits of its own requests what its containers do, and where they request nothing, all it is limited to. */
function requestWhatPodIsLimitedTo(spec: PodSpec): void {
  const { resources } = spec;
  if (resources?.limits === undefined || !parseableAmounts(spec)) return;
  const byContainers = [...podRequests({ spec: omit(spec, 'resources', 'overhead') })].filter(
    ([name]) => name === 'cpu' || name === 'memory',
  );
  resources.requests = {
    ...resources.limits,
    ...Object.fromEntries(byContainers.map(([name, amount]) => [name, amount.toString()])),
    ...resources.requests,
  };
}

/** `podIP` is the old form of the first of `podIPs`: a kubelet that writes only one of them means both. */
function pairPodIps(status: PodStatus | undefined): void {
  if (status === undefined) return;
  const first = status.podIPs?.[0]?.ip;
  if (first !== undefined) status.podIP = first;
  else if (status.podIP !== undefined && status.podIP !== '') status.podIPs = [{ ip: status.podIP }];
}

/** On the host's network a container's port is the host's. */
function useHostPorts({ ports }: Container): void {
  for (const port of elementsOf(ports)) if (port.hostPort === undefined || port.hostPort === 0) port.hostPort = port.containerPort;
}
