import type { Clock } from '@keelson/apimachinery';
import type { Endpoints } from './endpoints';
import { LEASE_GRANT, type Integer } from './messages';

/** Upstream's figures (`--lease-reuse-duration-seconds`, `--lease-max-object-count`). */
const REUSE_SECONDS = 60;
const MAX_OBJECTS = 1_000;

/** A record may live so much longer than asked, as a part of its TTL, for the sake of sharing a lease. */
const REUSE_PART = 0.05;

interface Lease {
  readonly id: Integer;
  /** Seconds on the monotonic clock; never later than on etcd's, since it is counted from before the grant. */
  readonly expires: number;
  objects: number;
}

/** Leases of etcd for records that expire, shared by records that expire at about the same time. */
export class Leases {
  readonly #endpoints: Pick<Endpoints, 'write'>;
  readonly #clock: Clock;
  #latest: Promise<Lease | undefined> = Promise.resolve(undefined);

  constructor(endpoints: Pick<Endpoints, 'write'>, clock: Clock) {
    this.#endpoints = endpoints;
    this.#clock = clock;
  }

  /** A lease that lasts for at least `ttl` seconds from now. @throws StoreUnavailable */
  async acquire(ttl: number): Promise<Integer> {
    const previous = this.#latest;
    const mine = previous.then((lease) => (lease !== undefined && this.#suits(lease, ttl) ? lease : this.#grant(ttl)));
    this.#latest = mine.catch(() => undefined);
    const lease = await mine;
    lease.objects++;
    return lease.id;
  }

  /** Forgets the lease in use; etcd no longer knows it. */
  reset(): void {
    this.#latest = Promise.resolve(undefined);
  }

  #suits({ expires, objects }: Lease, ttl: number): boolean {
    const left = expires - this.#seconds();
    return left >= ttl && left <= ttl + spare(ttl) && objects < MAX_OBJECTS;
  }

  async #grant(ttl: number): Promise<Lease> {
    const seconds = ttl + spare(ttl);
    const asked = this.#seconds();
    const { ID } = await this.#endpoints.write(LEASE_GRANT, { TTL: seconds });
    return { id: ID, expires: asked + seconds, objects: 0 };
  }

  #seconds(): number {
    return this.#clock.monotonic() / 1_000;
  }
}

const spare = (ttl: number): number => Math.floor(Math.min(REUSE_SECONDS, ttl * REUSE_PART));
