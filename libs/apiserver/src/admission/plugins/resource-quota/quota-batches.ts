import { StatusError, type Clock, type DeepReadonly } from '@keelson/apimachinery';
import type { ResourceQuota } from '@keelson/api';
import { usageList } from '@keelson/quota';
import { charge, quotaState, type ChargedChange, type QuotaState } from './charge';
import type { QuotaStore } from './quota-store';

/**
 * How often one batch is charged, while other servers or the quota controller write the same quotas. More than upstream's three: each try
 * starts from the newest state, so that of those who contend one gets on every time.
 */
const ATTEMPTS = 10;

interface Waiter extends ChargedChange {
  readonly admit: () => void;
  readonly refuse: (why: unknown) => void;
}

/** How changes fare with the quotas as they are. */
interface Round {
  /** Before and after, in the same order. */
  readonly before: readonly QuotaState[];
  readonly after: readonly QuotaState[];
  readonly admitted: readonly Waiter[];
  readonly refused: ReadonlyMap<Waiter, unknown>;
}

/**
 * Charges changes to the quotas of their namespace. Changes that come while a namespace's quotas are being written are charged together
 * with the next write, so that many of them cost few writes and don't get into each other's way.
 */
export class QuotaBatches {
  readonly #quotas: QuotaStore;
  readonly #clock: Clock;
  /** By namespace. Invariant: there is a list, be it empty, exactly while a batch of that namespace is being charged. */
  readonly #waiting = new Map<string, Waiter[]>();

  constructor(quotas: QuotaStore, clock: Clock) {
    this.#quotas = quotas;
    this.#clock = clock;
  }

  /** Resolves when the change is charged and that is stored. @throws StatusError Forbidden, Conflict (others never stopped writing), or why the store failed */
  submit(change: ChargedChange): Promise<void> {
    const { namespace } = change.attributes;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { ...change, admit: () => resolve(undefined), refuse: reject };
    const waiting = this.#waiting.get(namespace);
    if (waiting === undefined) void this.#drain(namespace, [waiter]);
    else waiting.push(waiter);
    return promise;
  }

  async #drain(namespace: string, first: readonly Waiter[]): Promise<void> {
    for (let batch = first; batch.length > 0; batch = this.#waiting.get(namespace) ?? []) {
      this.#waiting.set(namespace, []);
      await this.#settle(namespace, batch);
    }
    this.#waiting.delete(namespace);
  }

  /** Never rejects: every failure is some waiter's. */
  async #settle(namespace: string, batch: readonly Waiter[]): Promise<void> {
    try {
      let round = this.#charge(this.#quotas.list(namespace), batch);
      // What an old state refuses, the present one may admit.
      if (round.refused.size > 0) round = this.#charge(await this.#newest(namespace), batch);
      for (let attempt = 1; ; attempt += 1) {
        for (const [waiter, why] of round.refused) waiter.refuse(why);
        const { lost, written, conflict } = await this.#write(round);
        if (conflict === undefined) {
          for (const { admit } of round.admitted) admit();
          await Promise.all(written.map((quota) => this.#quotas.shows(quota)));
          return;
        }
        if (attempt >= ATTEMPTS) throw conflict;
        const newest = await this.#newest(namespace);
        // Those that were written have the charge already.
        round = this.#charge(
          newest.filter(({ metadata }) => lost.has(metadata.name)),
          round.admitted,
        );
      }
    } catch (error) {
      // To those that were told already, this says nothing more.
      for (const { refuse } of batch) refuse(error);
    }
  }

  async #newest(namespace: string): Promise<readonly DeepReadonly<ResourceQuota>[]> {
    await this.#quotas.refresh();
    return this.#quotas.list(namespace);
  }

  #charge(quotas: readonly DeepReadonly<ResourceQuota>[], waiters: readonly Waiter[]): Round {
    const before = quotas.map(quotaState);
    const now = this.#clock.now();
    const admitted: Waiter[] = [];
    const refused = new Map<Waiter, unknown>();
    let after: readonly QuotaState[] = before;
    for (const waiter of waiters) {
      try {
        const charged = charge(after, waiter, now);
        if (!waiter.attributes.dryRun) after = charged;
        admitted.push(waiter);
      } catch (error) {
        refused.set(waiter, error);
      }
    }
    return { before, after, admitted, refused };
  }

  /** @returns what was written, the names of the quotas that someone else wrote or deleted meanwhile, and the error that said so */
  async #write({ after, before }: Round): Promise<{
    written: readonly DeepReadonly<ResourceQuota>[];
    lost: ReadonlySet<string>;
    conflict: StatusError | undefined;
  }> {
    const lost = new Set<string>();
    const written: DeepReadonly<ResourceQuota>[] = [];
    let conflict: StatusError | undefined;
    for (const [position, state] of after.entries()) {
      if (state === before[position]) continue;
      try {
        written.push(await this.#quotas.writeStatus(withUsed(state)));
      } catch (error) {
        if (!StatusError.is(error, 'Conflict') && !StatusError.is(error, 'NotFound')) throw error;
        lost.add(state.quota.metadata.name);
        conflict = error;
      }
    }
    return { written, lost, conflict };
  }
}

const withUsed = ({ quota, used }: QuotaState): DeepReadonly<ResourceQuota> => ({
  ...quota,
  status: { ...quota.status, used: usageList(used) },
});
