import type { Container, DeepReadonly, Endpoint, EndpointSlice, Node, Pod, Service, ServicePort } from '@keelson/api';
import { podIsReady, podIsTerminal } from '@keelson/api';
import { formatIp, parseIp } from '@keelson/apimachinery';
import { trafficHints } from './traffic-hints';

/** As a slice has it; the core group has another type of the same name. */
export type EndpointPort = NonNullable<EndpointSlice['ports']>[number];

export type AddressType = 'IPv4' | 'IPv6';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** The endpoints that share one list of ports, and so can share slices. */
export interface EndpointGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface DesiredEndpoints {
  /** By {@link portsKey}; a group may have no endpoints. */
  readonly groups: ReadonlyMap<string, EndpointGroup>;
  /** Pods left out because their node is not known (yet): to be tried again. */
  readonly withoutNode: readonly string[];
}

/** The endpoints that `pods` give the service in one address family (upstream: k8s.io/endpointslice `reconcileByAddressType`). */
export function desiredEndpoints(
  service: DeepReadonly<Service>,
  pods: readonly DeepReadonly<Pod>[],
  { type, nodeOf }: { readonly type: AddressType; readonly nodeOf: (name: string) => DeepReadonly<Node> | undefined },
): DesiredEndpoints {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  const withoutNode: string[] = [];
  for (const pod of pods) {
    if (!hasEndpoint(pod)) continue;
    const ports = endpointPorts(service, pod);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    const node = nodeOf(pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      withoutNode.push(pod.metadata.name);
      continue;
    }
    const endpoint = podEndpoint(pod, service, { type, node });
    if (endpoint.addresses.length > 0) group.endpoints.push(endpoint);
  }
  return { groups, withoutNode };
}

/** The same for every order of the same ports. */
export function portsKey(ports: DeepReadonly<EndpointPort[]> | undefined): string {
  return (ports ?? [])
    .map(({ name, port, protocol, appProtocol }) => JSON.stringify([name ?? '', port ?? null, protocol ?? 'TCP', appProtocol ?? null]))
    .sort()
    .join();
}

/** The families that the service has, or would have had from a server that did not say. */
export function addressTypes({ spec }: DeepReadonly<Service>): AddressType[] {
  const families = (spec.ipFamilies ?? []).filter((family): family is AddressType => family === 'IPv4' || family === 'IPv6');
  if (families.length > 0) return families;
  const clusterIP = spec.clusterIP ?? '';
  if (clusterIP === '' || clusterIP === 'None') return ['IPv4', 'IPv6'];
  return [addressTypeOf(clusterIP)];
}

/** A number stands for itself; a name is looked up in the containers, those that run beside the others included. */
function findPort(pod: DeepReadonly<Pod>, { targetPort, protocol }: DeepReadonly<ServicePort>): number | undefined {
  if (typeof targetPort !== 'string') return targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: readonly DeepReadonly<Container>[] = [...pod.spec.containers, ...sidecars];
  return containers
    .flatMap(({ ports }) => ports ?? [])
    .find((port) => port.name === targetPort && (port.protocol ?? 'TCP') === (protocol ?? 'TCP'))?.containerPort;
}

function hasEndpoint(pod: DeepReadonly<Pod>): boolean {
  return !podIsTerminal(pod) && ((pod.status?.podIP ?? '') !== '' || (pod.status?.podIPs ?? []).length > 0);
}

function endpointPorts(service: DeepReadonly<Service>, pod: DeepReadonly<Pod>): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = findPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function podEndpoint(
  pod: DeepReadonly<Pod>,
  service: DeepReadonly<Service>,
  { type, node }: { readonly type: AddressType; readonly node: DeepReadonly<Node> | undefined },
): Endpoint {
  const { name, namespace = '', uid, deletionTimestamp } = pod.metadata;
  const { nodeName = '', hostname = '', subdomain } = pod.spec;
  const zone = node?.metadata.labels?.[ZONE_LABEL] ?? '';
  const serving = podIsReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const endpoint: Endpoint = {
    addresses: (pod.status?.podIPs ?? []).map(({ ip }) => canonical(ip)).filter((ip) => addressTypeOf(ip) === type),
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === '' ? {} : { nodeName }),
    ...(zone === '' ? {} : { zone }),
    ...(hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
  };
  const hints = trafficHints(service, endpoint);
  return hints === undefined ? endpoint : { ...endpoint, hints };
}

const addressTypeOf = (ip: string): AddressType => (parseIp(ip)?.family === 6 ? 'IPv6' : 'IPv4');

function canonical(ip: string): string {
  const address = parseIp(ip);
  return address === undefined ? ip : formatIp(address);
}
