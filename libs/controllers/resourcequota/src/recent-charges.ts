import { addTotals, resourceTotals, type ResourceQuota } from '@keelson/api';
import { objectKey, Quantity, type Clock, type DeepReadonly, type ObjectKey } from '@keelson/apimachinery';
import type { CacheEvent } from '@keelson/controller-runtime';
import { growth, withoutZeros, type Usage } from '@keelson/quota';

/** How long an object may be on its way from its charge through the store into the caches here; far more than it takes. */
export const ON_THE_WAY_MILLISECONDS = 1000;

interface Charge {
  /** On the monotonic clock. */
  readonly at: number;
  readonly amount: Usage;
}

/**
 * What admission has charged to quotas so lately that its objects may not have arrived: counting before they do would give back what is
 * about to be used, and let in more than a quota allows. Upstream takes that risk.
 */
export class RecentCharges {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #charges = new Map<ObjectKey, readonly Charge[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  observe(event: CacheEvent<ResourceQuota>): void {
    const key = objectKey(event.object.metadata);
    if (event.type === 'delete') {
      this.#charges.delete(key);
      return;
    }
    // Of a quota that is seen for the first time, nobody knows how old its charges are.
    const before = event.type === 'update' ? usedOf(event.previous) : new Map<string, Quantity>();
    const amount = withoutZeros(growth(usedOf(event.object), before));
    if (amount.size > 0) this.#charges.set(key, [...this.#recent(key), { at: this.#clock.monotonic(), amount }]);
  }

  /** The least that may be said to be used of a quota, given what was counted: not less than now by more than is sure to be gone. */
  atLeast(quota: DeepReadonly<ResourceQuota>, counted: Usage): Usage {
    const current = usedOf(quota);
    const charged = this.#recent(objectKey(quota.metadata)).reduce<Usage>((sum, { amount }) => addTotals(sum, amount), new Map());
    return new Map(
      [...counted].map(([name, amount]): [string, Quantity] => {
        const now = current.get(name) ?? Quantity.zero;
        const withCharged = amount.add(charged.get(name) ?? Quantity.zero);
        if (amount.compare(now) >= 0) return [name, amount];
        return [name, withCharged.compare(now) < 0 ? withCharged : now];
      }),
    );
  }

  #recent(key: ObjectKey): readonly Charge[] {
    const oldest = this.#clock.monotonic() - ON_THE_WAY_MILLISECONDS;
    return (this.#charges.get(key) ?? []).filter(({ at }) => at > oldest);
  }
}

const usedOf = ({ status }: DeepReadonly<ResourceQuota>): Usage => resourceTotals(status?.used);
