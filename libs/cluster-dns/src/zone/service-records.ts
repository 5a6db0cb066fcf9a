import { isHeadless, type EndpointSlice, type Service } from '@keelson/api';
import { objectKey, type DeepReadonly, type ObjectKey } from '@keelson/apimachinery';
import { lowerCase } from '../message/protocol';
import { addressOf, type Address } from './ip-address';

/** A port as SRV records name it; all in lower case. */
export interface NamedPort {
  /** Empty for a Service's only port without a name, which then has no SRV record under `_port._protocol`. */
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** What the zone knows of a Service. */
export type ServiceRecords =
  | { readonly type: 'cluster-ip'; readonly addresses: readonly Address[]; readonly ports: readonly NamedPort[] }
  | { readonly type: 'headless' }
  | { readonly type: 'external'; readonly target: string };

/** @returns undefined for a Service that has no records (yet), as one that waits for its cluster IP */
export function serviceRecords({ spec }: DeepReadonly<Service>): ServiceRecords | undefined {
  if (spec.type === 'ExternalName') {
    const target = (spec.externalName ?? '').replace(/\.$/, '');
    // An address is no name, and CNAME records hold names.
    return target === '' || addressOf(target) !== undefined ? undefined : { type: 'external', target };
  }
  if (isHeadless({ spec })) return { type: 'headless' };
  const addresses = (spec.clusterIPs ?? []).flatMap((text) => addressOf(text) ?? []);
  const ports = (spec.ports ?? []).map(({ name = '', protocol = 'TCP', port }) => namedPort(name, protocol, port));
  return addresses.length === 0 ? undefined : { type: 'cluster-ip', addresses, ports };
}

/** One address of a ready endpoint. */
export interface EndpointRecords {
  /** Its label below the Service's name: its pod's hostname, or made of its address. */
  readonly label: string;
  /** Whether the pod has a hostname, and so a name for reverse lookups. */
  readonly isNamed: boolean;
  readonly address: Address;
  readonly ports: readonly NamedPort[];
}

export interface SliceRecords {
  readonly service: ObjectKey;
  readonly endpoints: readonly EndpointRecords[];
  readonly byLabel: ReadonlyMap<string, readonly EndpointRecords[]>;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** @returns undefined for a slice that belongs to no Service or holds no IP addresses */
export function sliceRecords({ metadata, addressType, endpoints = [], ports = [] }: DeepReadonly<EndpointSlice>): SliceRecords | undefined {
  const name = metadata.labels?.[SERVICE_LABEL];
  if (name === undefined || addressType === 'FQDN') return undefined;
  const named = ports.flatMap(({ name: portName = '', protocol = 'TCP', port }) =>
    port === undefined ? [] : [namedPort(portName, protocol, port)],
  );
  const records = endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) => addresses.flatMap((text) => endpointRecords(text, hostname, named)));
  return {
    service: objectKey({ namespace: metadata.namespace, name }),
    endpoints: records,
    byLabel: Map.groupBy(records, ({ label }) => label),
  };
}

function endpointRecords(text: string, hostname: string | undefined, ports: readonly NamedPort[]): EndpointRecords[] {
  const address = addressOf(text);
  if (address === undefined) return [];
  const isNamed = hostname !== undefined && hostname !== '';
  return [{ label: isNamed ? lowerCase(hostname) : text.replaceAll(/[.:]/g, '-'), isNamed, address, ports }];
}

const namedPort = (name: string, protocol: string, port: number): NamedPort => ({
  name: lowerCase(name),
  protocol: lowerCase(protocol),
  port,
});
