import type { LimitRange, LimitRangeItem } from '../../../generated/core/v1';
import { elementsOf, ensure } from '../../../presence';
import { inWholeMillis } from '../pod-spec/defaults';

const LISTS = ['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'] as const;

export function defaultLimitRange(range: LimitRange): void {
  for (const item of elementsOf(ensure(range, 'spec', { limits: [] }).limits)) {
    for (const list of LISTS) if (item[list] !== undefined) item[list] = inWholeMillis(item[list]);
    if (item.type === 'Container') defaultContainerLimits(item);
  }
}

/** A container that says nothing gets the most as its limit, and as its request its limit, or else the least. */
function defaultContainerLimits(item: LimitRangeItem): void {
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}
