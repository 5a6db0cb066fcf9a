import { cidrContains, formatCidr, formatIp, parseIp, type Cidr } from '@keelson/apimachinery';
import type { DeepReadonly, LoadBalancerStatus, Service } from '@keelson/api';
import type { Informer } from '@keelson/controller-runtime';
import type { LoadBalancer, LoadBalancerRequest } from '../load-balancer';

type ReadonlyService = DeepReadonly<Service>;

/**
 * Gives each Service an address of a range that is routed nowhere else. Nothing is set up for it: kube-proxy on the machine sees the address in
 * the Service's status and answers for it, to pods and to the machine itself (docs/adr/0011-docker-load-balancer.md). What is given is kept in
 * the Services' status alone, so a restart finds it all by reading them.
 *
 * Invariant: no two Services hold one address; what a Service's status says is held by it, and so is what was given and is not in its status yet.
 */
export class DockerLoadBalancer implements LoadBalancer {
  readonly #cidr: Cidr;
  readonly #services: Informer<Service>;
  /** By uid, from `ensure` to `ensureDeleted`; also while the status is on its way. */
  readonly #given = new Map<string, string>();

  constructor(cidr: Cidr, services: Informer<Service>) {
    this.#cidr = cidr;
    this.#services = services;
  }

  get({ service }: LoadBalancerRequest): LoadBalancerStatus | undefined {
    const address = this.#addressOf(service);
    return address === undefined ? undefined : statusOf(address);
  }

  ensure({ service }: LoadBalancerRequest): LoadBalancerStatus {
    // At one go, for two Services that are worked on at once must not find the same address free.
    const address = this.#choose(service);
    this.#given.set(service.metadata.uid, address);
    return statusOf(address);
  }

  /** Nothing: kube-proxy follows the endpoints itself, on whichever nodes they are. */
  update(): void {
    return;
  }

  ensureDeleted({ service }: LoadBalancerRequest): void {
    this.#given.delete(service.metadata.uid);
  }

  #choose(service: ReadonlyService): string {
    const { ipFamilies = [], loadBalancerIP = '' } = service.spec;
    const family = `IPv${this.#cidr.family}`;
    if (ipFamilies.length > 0 && !ipFamilies.includes(family))
      throw new Error(
        `load balancers have ${family} addresses only (${formatCidr(this.#cidr)}), and the Service has ${ipFamilies.join(', ')}`,
      );
    const held = this.#heldByOthers(service);
    if (loadBalancerIP !== '') return this.#checkWanted(loadBalancerIP, held);
    const present = this.#addressOf(service);
    return present !== undefined && !held.has(present) ? present : this.#firstFree(held);
  }

  #checkWanted(text: string, held: ReadonlySet<string>): string {
    const address = parseIp(text);
    if (address === undefined || !cidrContains(this.#cidr, address))
      throw new Error(`spec.loadBalancerIP ${JSON.stringify(text)} is not within ${formatCidr(this.#cidr)}`);
    const canonical = formatIp(address);
    if (held.has(canonical)) throw new Error(`spec.loadBalancerIP ${canonical} is the address of another Service`);
    return canonical;
  }

  #firstFree(held: ReadonlySet<string>): string {
    const { family, prefix, value } = this.#cidr;
    const size = 1n << BigInt((family === 4 ? 32 : 128) - prefix);
    // The first and the last of a network are not addresses that every program takes.
    for (let offset = 1n; offset < size - 1n; offset += 1n) {
      const address = formatIp({ family, value: value + offset });
      if (!held.has(address)) return address;
    }
    throw new Error(`all addresses of ${formatCidr(this.#cidr)} are given to Services: enlarge loadBalancerCIDR, or delete Services`);
  }

  #heldByOthers({ metadata }: ReadonlyService): ReadonlySet<string> {
    const others = this.#services.list().filter((other) => other.metadata.uid !== metadata.uid);
    const given = [...this.#given].flatMap(([uid, address]) => (uid === metadata.uid ? [] : [address]));
    return new Set([...given, ...others.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []))]);
  }

  /** The address that was given last; undefined if none was, or one that is of no range of ours. */
  #addressOf({ metadata, status }: ReadonlyService): string | undefined {
    const given = this.#given.get(metadata.uid);
    if (given !== undefined) return given;
    const recorded = parseIp(status?.loadBalancer?.ingress?.[0]?.ip ?? '');
    return recorded !== undefined && cidrContains(this.#cidr, recorded) ? formatIp(recorded) : undefined;
  }
}

/** `VIP`: packets arrive at the nodes with this very address, so kube-proxy has to answer for it. */
const statusOf = (ip: string): LoadBalancerStatus => ({ ingress: [{ ip, ipMode: 'VIP' }] });
