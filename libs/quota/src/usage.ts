import type { ResourceTotals } from '@keelson/api';
import { Quantity } from '@keelson/apimachinery';

/** Amounts used, by the names that quotas limit them by: `pods`, `requests.cpu`, `count/deployments.apps`. */
export type Usage = ResourceTotals;

/** What `next` uses beyond `previous`, and nothing where it uses less: giving back is the quota controller's work. */
export function growth(next: Usage, previous: Usage): Usage {
  return new Map(
    [...next].map(([name, amount]): [string, Quantity] => {
      const more = amount.sub(previous.get(name) ?? Quantity.zero);
      return [name, more.sign > 0 ? more : Quantity.zero];
    }),
  );
}

/** The part of `usage` that goes by one of `names`. */
export function only(usage: Usage, names: { has(name: string): boolean }): Usage {
  return new Map([...usage].filter(([name]) => names.has(name)));
}

export function withoutZeros(usage: Usage): Usage {
  return new Map([...usage].filter(([, amount]) => !amount.isZero));
}

/** The names of which `usage` has more than `limits` allow, sorted; what is not limited is never too much. */
export function exceeding(usage: Usage, limits: Usage): string[] {
  return [...limits]
    .filter(([name, limit]) => (usage.get(name)?.compare(limit) ?? 0) > 0)
    .map(([name]) => name)
    .sort();
}

/** Whether both have the same amounts of the same names. */
export function isSameUsage(a: Usage, b: Usage): boolean {
  return a.size === b.size && [...a].every(([name, amount]) => b.get(name)?.equals(amount) === true);
}

/** As messages show it: `pods=1,requests.cpu=500m`. */
export function usageText(usage: Usage): string {
  return [...usage]
    .map(([name, amount]) => `${name}=${amount.toString()}`)
    .sort()
    .join(',');
}

/** As a quota's status holds it. */
export function usageList(usage: Usage): Record<string, string> {
  return Object.fromEntries([...usage].map(([name, amount]) => [name, amount.toString()]));
}
