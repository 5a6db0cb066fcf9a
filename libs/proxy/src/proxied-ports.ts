import { needsHealthCheckPort, type EndpointSlice, type Service } from '@keelson/api';
import { formatCidr, parseCidr, parseIp, type DeepReadonly } from '@keelson/apimachinery';
import { chooseEndpoints, type EndpointChoice, type IsLocalNode } from './endpoint-choice';

/** One port of a Service: where it is reached, by which policy, and who serves it. Addresses are IPv4. */
export interface ProxiedPort {
  readonly service: { readonly namespace: string; readonly name: string };
  readonly portName: string;
  /** As nft writes it: `tcp`. */
  readonly protocol: string;
  readonly clusterIP: string;
  /** On the cluster IP, the external IPs and the load balancer's. */
  readonly port: number;
  /** On every address of the machine. */
  readonly nodePort: number | undefined;
  readonly externalIPs: readonly string[];
  /** Those of mode VIP: packets arrive with them as destination. */
  readonly loadBalancerIPs: readonly string[];
  /** Networks that may use the load balancer's addresses, in canonical form; undefined if all may. */
  readonly sourceRanges: readonly string[] | undefined;
  /** Seconds for which a client stays with its endpoint; undefined without session affinity. */
  readonly affinitySeconds: number | undefined;
  readonly internalPolicyLocal: boolean;
  readonly externalPolicyLocal: boolean;
  /** Where load balancers ask whether this machine has endpoints; undefined if they needn't. */
  readonly healthCheckNodePort: number | undefined;
  readonly endpoints: EndpointChoice;
}

/** Upstream's default of `sessionAffinityConfig.clientIP.timeoutSeconds`. */
const AFFINITY_SECONDS = 10_800;

const LEFT_TO_OTHERS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

/**
 * The ports that the proxy answers for. Headless and ExternalName Services have no address to answer on, and a Service that
 * names another proxy is left to that one.
 */
export function proxiedPorts(
  services: Iterable<DeepReadonly<Service>>,
  slices: Iterable<DeepReadonly<EndpointSlice>>,
  isLocal: IsLocalNode,
): readonly ProxiedPort[] {
  const ofIPv4 = [...slices].filter((slice) => slice.addressType === 'IPv4');
  const slicesByService = Map.groupBy(ofIPv4, ({ metadata }) =>
    serviceKey(metadata.namespace, metadata.labels?.['kubernetes.io/service-name']),
  );
  return [...services].flatMap((service) => {
    const clusterIP = proxiedClusterIP(service);
    if (clusterIP === undefined) return [];
    const own = slicesByService.get(serviceKey(service.metadata.namespace, service.metadata.name)) ?? [];
    return portsOf(service, clusterIP, (portName) => chooseEndpoints(own, portName, isLocal));
  });
}

/** @returns undefined for a Service that isn't this proxy's, or not of IPv4 */
function proxiedClusterIP({ spec, metadata }: DeepReadonly<Service>): string | undefined {
  if (spec.type === 'ExternalName' || LEFT_TO_OTHERS.some((label) => metadata.labels?.[label] !== undefined)) return undefined;
  return onlyIPv4([spec.clusterIP ?? '', ...(spec.clusterIPs ?? [])])[0];
}

function portsOf(
  service: DeepReadonly<Service>,
  clusterIP: string,
  endpointsOf: (portName: string) => EndpointChoice,
): readonly ProxiedPort[] {
  const { spec, metadata } = service;
  const shared = {
    service: { namespace: metadata.namespace ?? '', name: metadata.name },
    clusterIP,
    externalIPs: onlyIPv4(spec.externalIPs ?? []),
    loadBalancerIPs: loadBalancerIPs(service),
    sourceRanges: sourceRanges(spec.loadBalancerSourceRanges ?? []),
    affinitySeconds: affinitySeconds(service),
    internalPolicyLocal: spec.internalTrafficPolicy === 'Local',
    externalPolicyLocal: spec.externalTrafficPolicy === 'Local',
    healthCheckNodePort: needsHealthCheckPort(service) ? spec.healthCheckNodePort : undefined,
  };
  return (spec.ports ?? []).map((port) => ({
    ...shared,
    portName: port.name ?? '',
    protocol: (port.protocol ?? 'TCP').toLowerCase(),
    port: port.port,
    nodePort: port.nodePort === 0 ? undefined : port.nodePort,
    endpoints: endpointsOf(port.name ?? ''),
  }));
}

function affinitySeconds({ spec }: DeepReadonly<Service>): number | undefined {
  if (spec.sessionAffinity !== 'ClientIP') return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
}

/** An address of mode Proxy is the balancer's own: packets from it already carry a node's address, or the pod's (KEP-1860). */
function loadBalancerIPs({ status }: DeepReadonly<Service>): readonly string[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return onlyIPv4(ingress.flatMap(({ ip, ipMode }) => (ip === undefined || ipMode === 'Proxy' ? [] : [ip])));
}

/** IPv6 ranges say nothing about IPv4 sources; if there is nothing else, or one range holds all addresses, nobody is refused. */
function sourceRanges(ranges: readonly string[]): readonly string[] | undefined {
  const networks = ranges.flatMap((range) => {
    const cidr = parseCidr(range.trim());
    return cidr?.family === 4 ? [cidr] : [];
  });
  if (networks.length === 0 || networks.some(({ prefix }) => prefix === 0)) return undefined;
  return [...new Set(networks.map(formatCidr))].sort();
}

function onlyIPv4(addresses: readonly string[]): string[] {
  return addresses.filter((address) => parseIp(address)?.family === 4);
}

function serviceKey(namespace: string | undefined, name: string | undefined): string {
  return `${namespace ?? ''}/${name ?? ''}`;
}
