import type { DeepReadonly } from '@keelson/apimachinery';
import type { Service } from '@keelson/api';
import type { AddressOwner } from './cluster-ip-allocator';

export const ownerOf = ({ metadata }: DeepReadonly<Pick<Service, 'metadata'>>): AddressOwner => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

/** @returns undefined for a Service without an address, headless or not yet given one */
export const addressOf = (clusterIp: string | undefined): string | undefined =>
  clusterIp === undefined || clusterIp === '' || clusterIp === 'None' ? undefined : clusterIp;

/** All node ports that a Service has, each once. */
export function portsOf({ spec }: DeepReadonly<Pick<Service, 'spec'>>): number[] {
  const ports = [...(spec.ports ?? []).map(({ nodePort = 0 }) => nodePort), spec.healthCheckNodePort ?? 0];
  return [...new Set(ports)].filter((port) => port !== 0);
}
