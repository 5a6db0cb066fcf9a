import { leases, type Lease, type LeaseSpec } from '@keelson/api';
import { formatMicroTime, sleep, StatusError, type Clock, type ObjectName } from '@keelson/apimachinery';
import type { ApiClient, ResourceClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { EventRecorder } from './event-recorder';

/** A wait between tries is lengthened by up to this part of it, so that candidates don't try in step; client-go's JitterFactor. */
const JITTER = 1.2;

export interface LeaderElectionOptions {
  readonly client: ApiClient;
  /** The Lease that is fought for, such as `kube-system/kube-scheduler`. */
  readonly lease: ObjectName;
  /** Unlike any other candidate's: `HOST_UUID`. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Others wait so long after the last renewal they saw. 15 s if absent, as upstream. */
  readonly leaseDuration?: number;
  /** The leader gives up when it could not renew for so long. 10 s if absent. */
  readonly renewDeadline?: number;
  /** Between tries. 2 s if absent. */
  readonly retryPeriod?: number;
}

/** The lease was lost while its holder was at work; the daemon must end, since another may be at work already. */
export class LeadershipLost extends Error {
  readonly code = 'leadership-lost';
}

/**
 * Runs `lead` while holding a Lease (client-go's leaderelection). Waits for the lease; then `lead` runs until it ends or its signal aborts,
 * which it does when `signal` does or when the lease could not be renewed in time. The lease is given back at the end.
 * @throws LeadershipLost after `lead` has ended; whatever `lead` throws
 */
export async function runWithLeaderElection(options: LeaderElectionOptions, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const candidate = new Candidate(options);
  if (!(await candidate.acquire())) return;
  const lost = new AbortController();
  const done = new AbortController();
  const renewing = candidate.renewUntilLost(AbortSignal.any([options.signal, done.signal])).then((stillLeading) => {
    if (!stillLeading) lost.abort();
  });
  try {
    await lead(AbortSignal.any([options.signal, lost.signal]));
  } finally {
    done.abort();
    await renewing;
    if (!lost.signal.aborted) await candidate.release();
  }
  if (lost.signal.aborted) throw new LeadershipLost(`leader election lost: ${options.identity} no longer holds ${options.lease.name}`);
}

/**
 * One of those who fight for a lease. Whether another's has run out is measured from when this candidate last saw it change, on its own clock,
 * so that clocks need not agree.
 */
class Candidate {
  readonly #options: LeaderElectionOptions;
  readonly #leaseDuration: number;
  readonly #renewDeadline: number;
  readonly #retryPeriod: number;
  #observed: Lease | undefined;
  #observedAt = 0;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseDuration = options.leaseDuration ?? 15_000;
    this.#renewDeadline = options.renewDeadline ?? 10_000;
    this.#retryPeriod = options.retryPeriod ?? 2_000;
  }

  /** Tries until it holds the lease. @returns false if the signal aborted before */
  async acquire(): Promise<boolean> {
    const { signal, clock, log, random } = this.#options;
    while (!signal.aborted) {
      if (await this.#try(signal)) {
        log.info('Became leader', { lease: this.#options.lease.name });
        this.#record('became leader');
        return true;
      }
      await sleep(clock, this.#retryPeriod * (1 + JITTER * random()), signal);
    }
    return false;
  }

  /** @returns false when the lease could not be renewed within the deadline; true when `signal` aborted */
  async renewUntilLost(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    let renewed = clock.monotonic();
    while (await this.#pause(signal)) {
      const left = renewed + this.#renewDeadline - clock.monotonic();
      if (await this.#tryWithin(left, signal)) renewed = clock.monotonic();
      else if (!signal.aborted && clock.monotonic() - renewed >= this.#renewDeadline) {
        this.#record('stopped leading');
        return false;
      }
    }
    return true;
  }

  /** Gives the lease back, so that the next need not wait for it to run out. */
  async release(): Promise<void> {
    const held = this.#observed;
    if (held?.spec.holderIdentity !== this.#options.identity) return;
    const now = formatMicroTime(this.#options.clock.now());
    const spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: now,
      acquireTime: now,
      leaseTransitions: held.spec.leaseTransitions ?? 0,
    };
    try {
      await this.#leases.update({ ...held, spec });
      this.#record('stopped leading');
    } catch (error) {
      this.#options.log.warn('The lease could not be given back and must run out', { error });
    }
  }

  /** @returns false if `signal` aborted */
  async #pause(signal: AbortSignal): Promise<boolean> {
    await sleep(this.#options.clock, this.#retryPeriod, signal);
    return !signal.aborted;
  }

  /** A server that does not answer must not keep the leader from noticing that its time is up. */
  async #tryWithin(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.setTimeout(() => timeout.abort(), milliseconds);
    try {
      return await this.#try(AbortSignal.any([signal, timeout.signal]));
    } finally {
      cancel();
    }
  }

  async #try(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#acquireOrRenew(signal);
    } catch (error) {
      if (!signal.aborted) this.#options.log.v(2, 'The lease could not be acquired or renewed', { error });
      return false;
    }
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { lease, clock, identity } = this.#options;
    const present = await this.#read(signal);
    if (present === undefined) {
      this.#observe(
        await this.#leases.create(
          { metadata: { name: lease.name, namespace: lease.namespace ?? '' }, spec: this.#spec(undefined) },
          { signal },
        ),
      );
      return true;
    }
    this.#observe(present);
    const holder = present.spec.holderIdentity ?? '';
    const runsFor = this.#observedAt + (present.spec.leaseDurationSeconds ?? 0) * 1000 - clock.monotonic();
    if (holder !== '' && holder !== identity && runsFor > 0) return false;
    this.#observe(await this.#leases.update({ ...present, spec: this.#spec(present.spec) }, { signal }));
    return true;
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#leases.get(this.#options.lease, { signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  #observe(lease: Lease): void {
    const { spec } = lease;
    const same = this.#observed?.spec.renewTime === spec.renewTime && this.#observed?.spec.holderIdentity === spec.holderIdentity;
    if (!same) this.#observedAt = this.#options.clock.monotonic();
    this.#observed = lease;
  }

  #spec(present: LeaseSpec | undefined): LeaseSpec {
    const { identity, clock } = this.#options;
    const now = formatMicroTime(clock.now());
    const renews = present?.holderIdentity === identity;
    return {
      ...present,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDuration / 1000),
      renewTime: now,
      acquireTime: renews ? (present.acquireTime ?? now) : now,
      leaseTransitions: (present?.leaseTransitions ?? 0) + (present === undefined || renews ? 0 : 1),
    };
  }

  #record(what: string): void {
    const { recorder, identity } = this.#options;
    if (this.#observed !== undefined) recorder.event(this.#observed, 'Normal', 'LeaderElection', `${identity} ${what}`);
  }

  get #leases(): ResourceClient<Lease> {
    return this.#options.client.resource(leases);
  }
}
