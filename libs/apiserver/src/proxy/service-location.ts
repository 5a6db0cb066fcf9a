import { StatusError, type DeepReadonly } from '@keelson/apimachinery';
import type { Endpoints, EndpointAddress, Pod, Service } from '@keelson/api';
import type { ObjectRegistry } from '../registry/object-registry';
import type { RequestInfo } from '../request/request-info';
import { parseProxyTarget, type ProxyLocation } from './proxy-location';

export interface ServiceLocationDeps {
  readonly services: ObjectRegistry;
  readonly endpoints: ObjectRegistry;
  readonly pods: ObjectRegistry;
  readonly random: () => number;
}

/**
 * A ready endpoint of the Service, chosen at random among those that are pods of its namespace under their own address.
 * @throws StatusError NotFound if there is no such Service, ServiceUnavailable if there is no such endpoint
 */
export async function serviceLocation(deps: ServiceLocationDeps, { name: id, namespace }: RequestInfo): Promise<ProxyLocation> {
  const target = parseProxyTarget('service', id);
  const { name, scheme } = target;
  const portName = await portNameOf(deps, { namespace, name, port: target.port });
  const { subsets = [] } = (await deps.endpoints.get({ namespace, name })).object as DeepReadonly<Endpoints>;
  if (subsets.length === 0) throw StatusError.of('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(name)}`);
  for (const { addresses = [], ports = [] } of rotated(subsets, deps.random)) {
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const address of rotated(addresses, deps.random))
      if (await isPodOf(deps.pods, namespace, address)) return { scheme, host: address.ip, port: String(port) };
  }
  throw StatusError.of('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(id)}`);
}

interface PortRequest {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

/** A number names a port of the Service; endpoints know its name only. */
async function portNameOf({ services }: ServiceLocationDeps, { name, namespace, port }: PortRequest): Promise<string> {
  if (!/^[+-]?\d+$/.test(port)) return port;
  const { spec } = (await services.get({ namespace, name })).object as DeepReadonly<Service>;
  const found = spec.ports?.find((each) => each.port === Number(port));
  if (found !== undefined) return found.name ?? '';
  throw StatusError.of('ServiceUnavailable', `no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
}

/** From a random one on, so that each gets its share and all are tried. */
function rotated<T>(list: readonly T[], random: () => number): readonly T[] {
  const start = Math.floor(random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}

/** Endpoints can be written by who may not reach every address; so only addresses that are pods' are taken. */
async function isPodOf(pods: ObjectRegistry, namespace: string, { ip, targetRef }: DeepReadonly<EndpointAddress>): Promise<boolean> {
  if (targetRef?.name === undefined || targetRef.namespace !== namespace) return false;
  try {
    const { status } = (await pods.get({ namespace, name: targetRef.name })).object as DeepReadonly<Pod>;
    return status?.podIPs?.some((each) => each.ip === ip) ?? false;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return false;
    throw error;
  }
}
