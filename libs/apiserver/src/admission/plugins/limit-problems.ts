import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { LimitRangeItem } from '@keelson/api';

/** Quantities by resource. */
export type Amounts = Readonly<Record<string, string>>;

export interface Usage {
  readonly requests: Amounts;
  /** Undefined for claims, which have none. */
  readonly limits: Amounts | undefined;
}

/** What of `usage` lies outside an item of a LimitRange; sentences as upstream's. */
export function limitProblems(item: DeepReadonly<LimitRangeItem>, usage: Usage): string[] {
  const each = (amounts: Amounts | undefined, check: (resource: string, enforced: string) => string | undefined): string[] =>
    Object.entries(amounts ?? {}).flatMap(([resource, enforced]) => check(resource, enforced) ?? []);
  return [
    ...each(item.min, (resource, enforced) => belowMinimum(item.type, resource, enforced, usage)),
    ...each(item.max, (resource, enforced) => aboveMaximum(item.type, resource, enforced, usage)),
    ...(usage.limits === undefined
      ? []
      : each(item.maxLimitRequestRatio, (resource, enforced) => aboveRatio(item.type, resource, enforced, usage))),
  ];
}

function belowMinimum(type: string, resource: string, enforced: string, { limits, requests }: Usage): string | undefined {
  const start = `minimum ${resource} usage per ${type} is ${enforced}`;
  const request = requests[resource];
  const limit = limits?.[resource];
  if (request === undefined) return `${start}.  No request is specified`;
  if (compare(request, enforced) < 0) return `${start}, but request is ${request}`;
  return limit !== undefined && compare(limit, enforced) < 0 ? `${start}, but limit is ${limit}` : undefined;
}

function aboveMaximum(type: string, resource: string, enforced: string, { limits, requests }: Usage): string | undefined {
  const start = `maximum ${resource} usage per ${type} is ${enforced}`;
  const request = requests[resource];
  const limit = limits?.[resource];
  if (limits !== undefined && limit === undefined) return `${start}.  No limit is specified`;
  if (limits === undefined && request === undefined) return `${start}.  No request is specified`;
  if (limit !== undefined && compare(limit, enforced) > 0) return `${start}, but limit is ${limit}`;
  return request !== undefined && compare(request, enforced) > 0 ? `${start}, but request is ${request}` : undefined;
}

function aboveRatio(type: string, resource: string, enforced: string, { limits, requests }: Usage): string | undefined {
  const start = `${resource} max limit to request ratio per ${type} is ${enforced}`;
  const request = numberOf(requests[resource]);
  const limit = numberOf(limits?.[resource]);
  if (request === 0) return `${start}, but no request is specified or request is 0`;
  if (limit === 0) return `${start}, but no limit is specified or limit is 0`;
  return limit / request > numberOf(enforced) ? `${start}, but provided ratio is ${(limit / request).toFixed(6)}` : undefined;
}

const compare = (a: string, b: string): number => Quantity.parse(a).compare(Quantity.parse(b));

const numberOf = (text: string | undefined): number => (text === undefined ? 0 : Quantity.parse(text).milliValue() / 1000);
