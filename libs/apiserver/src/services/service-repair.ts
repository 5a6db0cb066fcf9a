import { sleep, type Clock, type DeepReadonly } from '@keelson/apimachinery';
import type { IPAddress, Service } from '@keelson/api';
import type { Logger } from '@keelson/component-base';
import type { ObjectRegistry } from '../registry/object-registry';
import { AddressUnavailable, MANAGED_BY, type AddressOwner, type ClusterIpAllocator } from './cluster-ip-allocator';
import { PortUnavailable, type NodePortAllocator } from './node-port-allocator';
import { addressOf, ownerOf, portsOf } from './service-resources';

const INTERVAL_MILLISECONDS = 180_000;
/** An address comes before its Service, which may be on its way so long. */
const GRACE_MILLISECONDS = 60_000;
/** A port, too; it has no time of its own, so it must be seen without a Service in so many rounds. */
const ROUNDS_BEFORE_RELEASE = 3;

export interface ServiceRepairDeps {
  readonly services: Pick<ObjectRegistry, 'cache'>;
  readonly addresses: Pick<ObjectRegistry, 'cache'>;
  readonly clusterIps: Pick<ClusterIpAllocator, 'take' | 'release'>;
  readonly nodePorts: Pick<NodePortAllocator, 'take' | 'release' | 'taken'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Brings what is taken and what Services have together again: a server that dies between taking an address or port and writing the Service,
 * or between deleting the Service and giving them back, leaves them taken for nobody. Any number of servers may do so at once. After
 * pkg/registry/core/service/ipallocator/controller and portallocator/controller.
 */
export class ServiceRepair {
  readonly #deps: ServiceRepairDeps;
  readonly #stop = new AbortController();
  /** Ports that nobody had in the rounds before, with the number of those rounds, one after the other. */
  #unowned: ReadonlyMap<number, number> = new Map();
  #running: Promise<void> | undefined;

  constructor(deps: ServiceRepairDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#repeat();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One round. @throws StoreUnavailable */
  async repair(): Promise<void> {
    // Before the Services are looked at: what is taken later than this may have a Service that is not seen yet.
    const taken = await this.#deps.nodePorts.taken();
    const services = [...this.#deps.services.cache.objects.inOrder()].map((cached) => cached.parse() as Service);
    await this.#repairAddresses(services);
    await this.#repairPorts(services, taken);
  }

  async #repeat(): Promise<void> {
    const { clock, log } = this.#deps;
    while (!this.#stop.signal.aborted) {
      await this.repair().catch((error: unknown) => log.error('The addresses and ports of Services could not be checked', { error }));
      await sleep(clock, INTERVAL_MILLISECONDS, this.#stop.signal);
    }
  }

  async #repairAddresses(services: readonly DeepReadonly<Service>[]): Promise<void> {
    const { addresses, clock, clusterIps, log } = this.#deps;
    const owners = new Map(services.flatMap((service) => addressesOf(service).map((address) => [address, ownerOf(service)])));
    for (const cached of [...addresses.cache.objects.inOrder()]) {
      const { metadata, spec } = cached.parse() as IPAddress;
      if (metadata.labels?.['ipaddress.kubernetes.io/managed-by'] !== MANAGED_BY) continue;
      const holder = { namespace: spec.parentRef.namespace ?? '', name: spec.parentRef.name };
      if (isSame(owners.get(metadata.name), holder) || clock.now() - Date.parse(metadata.creationTimestamp) < GRACE_MILLISECONDS) continue;
      log.info('Gives back an address that no Service has', { address: metadata.name, service: `${holder.namespace}/${holder.name}` });
      await clusterIps.release(metadata.name, holder);
    }
    for (const [address, owner] of owners)
      if (addresses.cache.objects.get('', address) === undefined) await this.#claim(owner, () => clusterIps.take(address, owner));
  }

  async #repairPorts(services: readonly DeepReadonly<Service>[], taken: readonly number[]): Promise<void> {
    const { log, nodePorts } = this.#deps;
    const owned = new Set(services.flatMap(portsOf));
    const rounds = new Map(taken.filter((port) => !owned.has(port)).map((port) => [port, (this.#unowned.get(port) ?? 0) + 1]));
    const leaked = [...rounds].flatMap(([port, count]) => (count >= ROUNDS_BEFORE_RELEASE ? [port] : []));
    for (const port of leaked) rounds.delete(port);
    this.#unowned = rounds;
    if (leaked.length > 0) {
      log.info('Gives back node ports that no Service has', { ports: leaked.join(',') });
      await nodePorts.release(leaked);
    }
    // Asked anew, after the Services were looked at: a port is taken before its Service is seen.
    const takenNow = new Set(await nodePorts.taken());
    for (const service of services)
      for (const port of portsOf(service)) if (!takenNow.has(port)) await this.#claim(ownerOf(service), () => nodePorts.take([port]));
  }

  /** What can't be had stays with the Service all the same: changing it is its owner's to do. */
  async #claim({ name, namespace }: AddressOwner, take: () => Promise<void>): Promise<void> {
    try {
      await take();
    } catch (error) {
      if (!(error instanceof AddressUnavailable) && !(error instanceof PortUnavailable)) throw error;
      this.#deps.log.warn('A Service has what is not its to have', { service: `${namespace}/${name}`, error });
    }
  }
}

const addressesOf = ({ spec }: DeepReadonly<Service>): readonly string[] => {
  const address = addressOf(spec.clusterIP);
  return address === undefined || spec.type === 'ExternalName' ? [] : [address];
};

const isSame = (a: AddressOwner | undefined, b: AddressOwner): boolean => a?.namespace === b.namespace && a.name === b.name;
