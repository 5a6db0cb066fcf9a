import type { EndpointSlice, Service } from '@keelson/api';
import type { DeepReadonly } from '@keelson/apimachinery';

/** One port of a Service on one of its cluster IPs, and who serves it. */
export interface ServiceEndpoints {
  readonly clusterIP: string;
  readonly protocol: string;
  readonly port: number;
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
}

/**
 * The IPv4 service ports that the proxy answers for. Headless and ExternalName Services have no address to answer on, and a Service that
 * names another proxy is left to that one. Endpoints are the ready ones; a Service without any falls back to those that are terminating and still serve (KEP-1669).
 */
export function serviceEndpoints(
  services: Iterable<DeepReadonly<Service>>,
  slices: Iterable<DeepReadonly<EndpointSlice>>,
): readonly ServiceEndpoints[] {
  const slicesByService = Map.groupBy(slices, (slice) =>
    serviceKey(slice.metadata.namespace, slice.metadata.labels?.['kubernetes.io/service-name']),
  );
  return [...services].filter(isProxied).flatMap((service) => {
    const own = (slicesByService.get(serviceKey(service.metadata.namespace, service.metadata.name)) ?? []).filter(
      (slice) => slice.addressType === 'IPv4',
    );
    return (service.spec.ports ?? []).map((port) => ({
      clusterIP: service.spec.clusterIP ?? '',
      protocol: (port.protocol ?? 'TCP').toLowerCase(),
      port: port.port,
      endpoints: endpointsOfPort(own, port.name ?? ''),
    }));
  });
}

const NO_CLUSTER_IP = new Set([undefined, '', 'None']);
const LEFT_TO_OTHERS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

function isProxied({ spec, metadata }: DeepReadonly<Service>): boolean {
  const clusterIP = spec.clusterIP;
  const isIPv4 = !NO_CLUSTER_IP.has(clusterIP) && clusterIP?.includes(':') === false;
  return isIPv4 && spec.type !== 'ExternalName' && !LEFT_TO_OTHERS.some((label) => metadata.labels?.[label] !== undefined);
}

function endpointsOfPort(slices: readonly DeepReadonly<EndpointSlice>[], portName: string): { ip: string; port: number }[] {
  const ready = new Map<string, { ip: string; port: number }>();
  const terminating = new Map<string, { ip: string; port: number }>();
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions } of slice.endpoints ?? []) {
      const [ip] = addresses;
      if (ip === undefined) continue;
      if (conditions?.ready !== false) ready.set(`${ip}:${port.toString()}`, { ip, port });
      else if (conditions.serving === true && conditions.terminating === true) terminating.set(`${ip}:${port.toString()}`, { ip, port });
    }
  }
  return [...(ready.size > 0 ? ready : terminating)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

function serviceKey(namespace: string | undefined, name: string | undefined): string {
  return `${namespace ?? ''}/${name ?? ''}`;
}
