import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { Pod, ResourceRequirements } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'] as const;

/**
 * How a pod is treated when its node runs short: BestEffort asks for nothing; Guaranteed asks in every container for exactly its limits
 * of CPU and memory; all else is Burstable (pkg/apis/core/helper/qos). Always computed, never read from the status.
 */
export function qosClassOf({ spec }: DeepReadonly<Pick<Pod, 'spec'>>): QosClass {
  const parts =
    spec.resources === undefined
      ? [...listOf(spec.containers), ...listOf(spec.initContainers)].map(({ resources }) => resources)
      : [spec.resources];
  const requests = COMPUTE.map((name) => total(parts, 'requests', name));
  const limits = COMPUTE.map((name) => total(parts, 'limits', name));
  if ([...requests, ...limits].every(({ isZero }) => isZero)) return 'BestEffort';
  const everyPartIsLimited = parts.every((part) => COMPUTE.every((name) => amount(part, 'limits', name).sign > 0));
  const requestsAreLimits = COMPUTE.every((_, position) => requests[position]?.equals(limits[position] ?? Quantity.zero) === true);
  return everyPartIsLimited && requestsAreLimits ? 'Guaranteed' : 'Burstable';
}

type Part = DeepReadonly<ResourceRequirements> | undefined;

function total(parts: readonly Part[], list: 'requests' | 'limits', name: string): Quantity {
  return parts.reduce((sum, part) => sum.add(amount(part, list, name)), Quantity.zero);
}

function amount(part: Part, list: 'requests' | 'limits', name: string): Quantity {
  const text = part?.[list]?.[name];
  return text === undefined ? Quantity.zero : Quantity.parse(text);
}
