import type { DeepReadonly, Endpoint, EndpointAddress, Endpoints, EndpointSubset } from '@keelson/api';
import { formatIp, parseIp } from '@keelson/apimachinery';
import { packSubsets, type SinglePort } from '@keelson/controller-endpoints';
import { portsKey, type AddressType, type EndpointPort } from './desired-endpoints';

type SubsetPort = NonNullable<EndpointSubset['ports']>[number];

/** What one slice mirrors: the addresses of one family that are reached at the same ports. */
export interface MirroredGroup {
  readonly type: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface MirroredEndpoints {
  /** By {@link mirrorKey}; none is empty. */
  readonly groups: ReadonlyMap<string, MirroredGroup>;
  /** How many addresses are no IP addresses. */
  readonly invalid: number;
  /** How many valid ones are left out, being too many. */
  readonly skipped: number;
}

export const mirrorKey = (type: string, ports: DeepReadonly<EndpointPort[]> | undefined): string => `${type} ${portsKey(ports)}`;

/** @param max how many addresses of each set of ports are mirrored at most, ready ones before the others */
export function mirroredEndpoints({ subsets }: DeepReadonly<Endpoints>, max: number): MirroredEndpoints {
  const groups = new Map<string, { type: AddressType; ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  let invalid = 0;
  let skipped = 0;
  for (const subset of packSubsets(singlePorts(subsets))) {
    const ports = (subset.ports ?? []).map(slicePort);
    const all = addressesOf(subset);
    const valid = all.filter(({ address }) => parseIp(address.ip) !== undefined);
    invalid += all.length - valid.length;
    skipped += Math.max(0, valid.length - max);
    for (const { address, isReady } of valid.slice(0, max)) {
      const type = parseIp(address.ip)?.family === 6 ? 'IPv6' : 'IPv4';
      const key = mirrorKey(type, ports);
      const group = groups.get(key) ?? { type, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(address, isReady));
    }
  }
  return { groups, invalid, skipped };
}

function singlePorts(subsets: DeepReadonly<Endpoints>['subsets']): SinglePort[] {
  return (subsets ?? []).flatMap((subset) => {
    const ports = subset.ports ?? [];
    return addressesOf(subset).flatMap((each): SinglePort[] =>
      ports.length === 0 ? [{ ...each, port: undefined }] : ports.map((port) => ({ ...each, port })),
    );
  });
}

/** Ready ones first. */
function addressesOf({ addresses = [], notReadyAddresses = [] }: DeepReadonly<EndpointSubset>): Omit<SinglePort, 'port'>[] {
  return [
    ...addresses.map((address) => ({ address, isReady: true })),
    ...notReadyAddresses.map((address) => ({ address, isReady: false })),
  ];
}

function slicePort({ name = '', port, protocol = 'TCP', appProtocol }: SubsetPort): EndpointPort {
  return { name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

function endpointOf({ ip, hostname = '', nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  const address = parseIp(ip);
  return {
    addresses: [address === undefined ? ip : formatIp(address)],
    conditions: { ready },
    ...(hostname === '' ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
