import type { DeepReadonly, EndpointAddress, EndpointPort, EndpointSubset } from '@keelson/api';

/** Endpoints with more addresses than this are cut short. */
export const MAX_ADDRESSES = 1000;

/** One address that is reached at one port, or at none (a headless Service without ports). */
export interface SinglePort {
  readonly address: EndpointAddress;
  readonly port: EndpointPort | undefined;
  readonly isReady: boolean;
}

/**
 * Gathers the ports of each address, and the addresses of each set of ports, in an order that depends on neither's
 * (upstream: pkg/api/v1/endpoints `RepackSubsets`). An address is not ready at all if it is not at one of its ports.
 */
export function packSubsets(singles: readonly SinglePort[]): EndpointSubset[] {
  const byAddress = new Map<string, { address: EndpointAddress; isReady: boolean; ports: Map<string, EndpointPort> }>();
  for (const { address, port, isReady } of singles) {
    const key = `${address.ip}/${address.targetRef?.uid ?? ''}`;
    const entry = byAddress.get(key) ?? { address, isReady, ports: new Map<string, EndpointPort>() };
    byAddress.set(key, entry);
    entry.isReady &&= isReady;
    if (port !== undefined) entry.ports.set(portKey(port), port);
  }
  const subsets = new Map<string, { ready: EndpointAddress[]; notReady: EndpointAddress[]; ports: EndpointPort[] }>();
  for (const { address, isReady, ports } of byAddress.values()) {
    const key = [...ports.keys()].sort().join();
    const subset = subsets.get(key) ?? { ready: [], notReady: [], ports: sortedPorts([...ports.values()]) };
    subsets.set(key, subset);
    (isReady ? subset.ready : subset.notReady).push(address);
  }
  return [...subsets]
    .sort(([a], [b]) => compare(a, b))
    .map(([, { ready, notReady, ports }]) => ({
      ...(ready.length === 0 ? {} : { addresses: ready.sort(byIp) }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byIp) }),
      ...(ports.length === 0 ? {} : { ports }),
    }));
}

export function countAddresses(subsets: DeepReadonly<EndpointSubset[]> | undefined): number {
  return (subsets ?? []).reduce((sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length, 0);
}

/** At most {@link MAX_ADDRESSES}, ready ones before the others, each subset cut in proportion to its size. */
export function truncateSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  if (countAddresses([...subsets]) <= MAX_ADDRESSES) return [...subsets];
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const field = ready > MAX_ADDRESSES ? 'addresses' : 'notReadyAddresses';
  const capacity = ready > MAX_ADDRESSES ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  const total = subsets.reduce((sum, subset) => sum + (subset[field] ?? []).length, 0);
  let left = capacity;
  return subsets.map((subset) => {
    const all = subset[field] ?? [];
    const kept = all.slice(0, Math.min(left, Math.ceil((all.length / total) * capacity)));
    left -= kept.length;
    const next = { ...subset, [field]: kept };
    if (field === 'addresses') next.notReadyAddresses = [];
    return next;
  });
}

function sortedPorts(ports: readonly EndpointPort[]): EndpointPort[] {
  return [...ports].sort((a, b) => compare(portKey(a), portKey(b)));
}

const portKey = ({ name = '', port, protocol = 'TCP', appProtocol = '' }: EndpointPort): string =>
  JSON.stringify([name, port, protocol, appProtocol]);

const byIp = (a: EndpointAddress, b: EndpointAddress): number => compare(a.ip, b.ip);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
