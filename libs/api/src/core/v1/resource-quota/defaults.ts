import type { ResourceQuota } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { inWholeMillis } from '../pod-spec/defaults';

export function defaultResourceQuota(quota: ResourceQuota): void {
  const spec = ensure(quota, 'spec', {});
  if (spec.hard !== undefined) spec.hard = inWholeMillis(spec.hard);
  if (quota.status?.hard !== undefined) quota.status.hard = inWholeMillis(quota.status.hard);
  if (quota.status?.used !== undefined) quota.status.used = inWholeMillis(quota.status.used);
}
