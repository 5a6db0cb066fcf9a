import type { Node } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { inWholeMillis } from '../pod-spec/defaults';

export function defaultNode(node: Node): void {
  const spec = ensure(node, 'spec', {});
  // The old form of the first of `podCIDRs`; both are shown, and either may be given.
  if (spec.podCIDRs !== undefined && spec.podCIDRs[0] !== undefined) spec.podCIDR = spec.podCIDRs[0];
  else if (spec.podCIDR !== undefined && spec.podCIDR !== '') spec.podCIDRs = [spec.podCIDR];
  const { status } = node;
  if (status?.capacity === undefined) return;
  status.capacity = inWholeMillis(status.capacity);
  status.allocatable = status.allocatable === undefined ? { ...status.capacity } : inWholeMillis(status.allocatable);
}
