import { formatIp, parseCidr, parseIp, StatusError, type Cidr, type Draft, type KubernetesObject } from '@keelson/apimachinery';
import type { IPAddress } from '@keelson/api';
import { internalContext } from '../registry/internal-context';
import type { ObjectRegistry } from '../registry/object-registry';

/** The Service that an address is given to. */
export interface AddressOwner {
  readonly namespace: string;
  readonly name: string;
}

/** Why an address can't be had; worded as upstream's allocator words it. */
export class AddressUnavailable extends Error {
  readonly code = 'address-unavailable';
}

/** Who makes the IPAddress objects of Services; any other is its maker's business. */
export const MANAGED_BY = 'ipallocator.k8s.io';
/** Picks at random before every address is tried in turn. */
const RANDOM_ATTEMPTS = 16;

export interface ClusterIpAllocatorDeps {
  readonly range: string;
  readonly addresses: ObjectRegistry;
  readonly random: () => number;
}

/**
 * Gives Services their cluster IPs. An address is taken by creating the IPAddress object of its name (KEP-1880): the store lets exactly one
 * server do so, whatever any of them has cached, so an address is never given out twice.
 */
export class ClusterIpAllocator {
  readonly #deps: ClusterIpAllocatorDeps;
  readonly #range: Cidr;
  /** How many usable addresses the range has: all but the network's own and, in IPv4, the broadcast address. */
  readonly #size: number;

  /** @throws Error if the range is no CIDR block */
  constructor(deps: ClusterIpAllocatorDeps) {
    this.#deps = deps;
    const range = parseCidr(deps.range);
    if (range === undefined) throw new Error(`the service cluster IP range ${JSON.stringify(deps.range)} is not a CIDR block`);
    this.#range = range;
    const bits = (range.family === 4 ? 32 : 128) - range.prefix;
    this.#size = 2 ** Math.min(bits, 16) - (range.family === 4 ? 2 : 1);
  }

  get family(): 'IPv4' | 'IPv6' {
    return this.#range.family === 4 ? 'IPv4' : 'IPv6';
  }

  /** The range's first address, which is the `kubernetes` Service's. */
  get first(): string {
    return this.#addressAt(0);
  }

  /** @throws AddressUnavailable if it lies outside the range or is another's */
  async take(address: string, owner: AddressOwner): Promise<void> {
    const parsed = parseIp(address);
    if (parsed === undefined || !this.#contains(address))
      throw new AddressUnavailable(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#deps.range}`);
    if (!(await this.#create(formatIp(parsed), owner))) throw new AddressUnavailable('provided IP is already allocated');
  }

  /** A free address, from the part of the range that is not left for fixed ones if it has any. @throws AddressUnavailable when all are taken */
  async takeAny(owner: AddressOwner): Promise<string> {
    const reserved = reservedOf(this.#size);
    for (let attempt = 0; attempt < RANDOM_ATTEMPTS; attempt += 1) {
      const address = this.#addressAt(reserved + Math.floor(this.#deps.random() * (this.#size - reserved)));
      if (this.#looksFree(address) && (await this.#create(address, owner))) return address;
    }
    for (let step = 0; step < this.#size; step += 1) {
      const address = this.#addressAt((reserved + step) % this.#size);
      if (this.#looksFree(address) && (await this.#create(address, owner))) return address;
    }
    throw new AddressUnavailable('range is full');
  }

  /** Gives `address` back if it is `owner`'s. */
  async release(address: string, owner: AddressOwner): Promise<void> {
    const name = canonical(address);
    try {
      const current = await this.#deps.addresses.get({ name });
      if (!isOwnedBy(current.object as IPAddress, owner)) return;
      await this.#deps.addresses.delete({ preconditions: { uid: current.object.metadata.uid } }, internalContext({ name }));
    } catch (error) {
      // Someone else gave it back, or gave it to another.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }

  #contains(address: string): boolean {
    const value = parseIp(address)?.value ?? -1n;
    const offset = value - this.#range.value - 1n;
    return offset >= 0n && offset < BigInt(this.#size);
  }

  #addressAt(offset: number): string {
    const { family, value } = this.#range;
    return formatIp({ family, value: value + 1n + BigInt(offset) });
  }

  #looksFree(address: string): boolean {
    return this.#deps.addresses.peek({ name: address }) === undefined;
  }

  /** @returns false if another has it */
  async #create(address: string, { name, namespace }: AddressOwner): Promise<boolean> {
    const object: Draft<IPAddress> = {
      metadata: {
        name: address,
        labels: { 'ipaddress.kubernetes.io/ip-family': this.family, 'ipaddress.kubernetes.io/managed-by': MANAGED_BY },
      },
      spec: { parentRef: { group: '', resource: 'services', namespace, name } },
    };
    try {
      await this.#deps.addresses.create(object as unknown as KubernetesObject, internalContext({ name: address }));
      return true;
    } catch (error) {
      if (StatusError.is(error, 'AlreadyExists')) return false;
      throw error;
    }
  }
}

function canonical(address: string): string {
  const parsed = parseIp(address);
  return parsed === undefined ? address : formatIp(parsed);
}

function isOwnedBy(
  { spec }: { readonly spec: { readonly parentRef?: { readonly namespace?: string; readonly name?: string } } },
  owner: AddressOwner,
): boolean {
  return spec.parentRef?.namespace === owner.namespace && spec.parentRef.name === owner.name;
}

/** The lower part of a range is left for addresses that users choose themselves (KEP-3070). */
export function reservedOf(size: number): number {
  return size <= 16 ? 0 : Math.max(16, Math.min(256, Math.floor(size / 16)));
}
