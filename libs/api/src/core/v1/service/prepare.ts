import { deepEqual, type DeepReadonly } from '@keelson/apimachinery';
import type { Service, ServicePort, ServiceSpec } from '../../../generated/core/v1';
import { elementsOf, isEmpty, listOf } from '../../../presence';
import { isExternallyAccessible, needsClusterIp, needsHealthCheckPort, needsNodePort } from './type';

/** `clusterIP` is the old form of the first of `clusterIPs`: a client that knows only one of them sets both. */
export function pairClusterIps({ spec }: Service): void {
  if (!isEmpty(spec.clusterIP) && isEmpty(spec.clusterIPs)) spec.clusterIPs = [spec.clusterIP ?? ''];
}

/** Keeps what the server allocated and the client left out, and lets go of what the new type has no use for. */
export function prepareForUpdate(next: Service, previous: DeepReadonly<Service>): void {
  followClusterIp(next.spec, previous.spec);
  keepAllocated(next, previous);
  dropWhatTypeExcludes(next, previous);
}

/** A client that changes the old form alone means both. */
function followClusterIp(next: ServiceSpec, previous: DeepReadonly<ServiceSpec>): void {
  if (next.clusterIP === previous.clusterIP || !deepEqual(next.clusterIPs, previous.clusterIPs)) {
    if (!isEmpty(next.clusterIP) && isEmpty(next.clusterIPs) && isEmpty(previous.clusterIPs)) next.clusterIPs = [next.clusterIP ?? ''];
    return;
  }
  if (isEmpty(next.clusterIP)) delete next.clusterIPs;
  else next.clusterIPs = [next.clusterIP ?? ''];
}

function keepAllocated(next: Service, previous: DeepReadonly<Service>): void {
  const { spec } = next;
  if (needsClusterIp(next) && needsClusterIp(previous)) {
    if (isEmpty(spec.clusterIP) && previous.spec.clusterIP !== undefined) spec.clusterIP = previous.spec.clusterIP;
    if (isEmpty(spec.clusterIPs) && previous.spec.clusterIPs !== undefined && spec.clusterIP === previous.spec.clusterIP)
      spec.clusterIPs = [...previous.spec.clusterIPs];
  }
  if (needsNodePort(next) && needsNodePort(previous)) keepNodePorts(elementsOf(spec.ports), listOf(previous.spec.ports));
  if (needsHealthCheckPort(next) && needsHealthCheckPort(previous) && previous.spec.healthCheckNodePort !== undefined)
    spec.healthCheckNodePort ??= previous.spec.healthCheckNodePort;
}

/** A port keeps the node port it had, unless another port of the Service asks for that one. */
function keepNodePorts(next: readonly ServicePort[], previous: readonly DeepReadonly<ServicePort>[]): void {
  const taken = new Set(next.map(({ nodePort }) => nodePort));
  for (const port of next) {
    if (port.nodePort !== undefined && port.nodePort !== 0) continue;
    const before = previous.find((candidate) => candidate.port === port.port && candidate.protocol === port.protocol)?.nodePort;
    if (before === undefined || taken.has(before)) continue;
    port.nodePort = before;
    taken.add(before);
  }
}

/** Only where the client left the field as it was: what it changed itself, validation refuses. */
function dropWhatTypeExcludes(next: Service, previous: DeepReadonly<Service>): void {
  const { spec } = next;
  const dropUnchanged = (field: keyof ServiceSpec): void => {
    if (deepEqual(spec[field], previous.spec[field])) Reflect.deleteProperty(spec, field);
  };
  if (needsClusterIp(previous) && !needsClusterIp(next))
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) dropUnchanged(field);
  if (needsNodePort(previous) && !needsNodePort(next)) dropNodePorts(elementsOf(spec.ports), listOf(previous.spec.ports));
  if (needsHealthCheckPort(previous) && !needsHealthCheckPort(next)) dropUnchanged('healthCheckNodePort');
  if (previous.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const) dropUnchanged(field);
  if (isExternallyAccessible(previous) && !isExternallyAccessible(next)) dropUnchanged('externalTrafficPolicy');
  if (spec.type !== 'LoadBalancer') next.status = { ...next.status, loadBalancer: {} };
}

function dropNodePorts(next: readonly ServicePort[], previous: readonly DeepReadonly<ServicePort>[]): void {
  const before = new Set(previous.map(({ nodePort }) => nodePort));
  const isUnchanged = next.every(({ nodePort }) => nodePort === undefined || before.has(nodePort));
  if (isUnchanged) for (const port of next) delete port.nodePort;
}
