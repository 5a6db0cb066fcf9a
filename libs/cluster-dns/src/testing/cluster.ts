import type { EndpointSlice, Namespace, Service } from '@keelson/api';
import { parseQuery, type Query } from '../message/parse-query';
import { nameOf, TYPE } from '../message/protocol';
import { ClusterZone } from '../zone/cluster-zone';
import { RecordIndex } from '../zone/record-index';

const metadata = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `${namespace}-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

export const namespace = (name: string): Namespace => ({ metadata: metadata(name), spec: {} });

export function service(name: string, spec: Service['spec'], inNamespace = 'default'): Service {
  return { metadata: metadata(name, inNamespace), spec };
}

export const headless: Service['spec'] = { clusterIP: 'None', clusterIPs: ['None'] };

export const clusterIp = (address: string, ports: NonNullable<Service['spec']['ports']> = [{ port: 80 }]): Service['spec'] => ({
  clusterIP: address,
  clusterIPs: [address],
  ports,
});

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

export function slice(
  name: string,
  of: string,
  endpoints: readonly Endpoint[],
  { ports = [{ name: 'http', port: 8080, protocol: 'TCP' }], addressType = 'IPv4' }: Partial<EndpointSlice> = {},
): EndpointSlice {
  return {
    metadata: { ...metadata(name, 'default'), labels: { 'kubernetes.io/service-name': of } },
    addressType,
    endpoints: [...endpoints],
    ports,
  };
}

/** A zone over an index that holds the given objects, and the namespaces default and kube-system. */
export function zoneOf({ services = [], slices = [] }: { services?: readonly Service[]; slices?: readonly EndpointSlice[] }) {
  const index = new RecordIndex();
  for (const name of ['default', 'kube-system']) index.namespaceChanged({ type: 'add', object: namespace(name) });
  for (const object of services) index.serviceChanged({ type: 'add', object });
  for (const object of slices) index.sliceChanged({ type: 'add', object });
  const zone = new ClusterZone({ index, domain: 'cluster.local', ttl: 30, random: () => 0.999, serial: 1 });
  return { index, zone };
}

/** The bytes of a query. */
export function queryBytes(
  name: string,
  type: keyof typeof TYPE = 'A',
  { udpBytes, id = 7 }: { udpBytes?: number; id?: number } = {},
): Buffer {
  const labels = nameOf(name).map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  const header = Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, udpBytes === undefined ? 0 : 1]);
  const opt = udpBytes === undefined ? [] : [Buffer.from([0, 0, TYPE.OPT, udpBytes >> 8, udpBytes & 0xff, 0, 0, 0, 0, 0, 0])];
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, TYPE[type], 0, 1]), ...opt]);
}

export function query(...args: Parameters<typeof queryBytes>): Query {
  const parsed = parseQuery(queryBytes(...args));
  if (parsed.type !== 'query') throw new Error(`${args[0]} is no query: ${parsed.type}`);
  return parsed.query;
}
