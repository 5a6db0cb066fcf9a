import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { ResourceQuota } from '../../../generated/core/v1';

/** What is both requested and limited, with the names that stand for its requests; the first that is there counts. */
const PAIRS = [
  { requests: ['requests.cpu', 'cpu'], limits: 'limits.cpu' },
  { requests: ['requests.memory', 'memory'], limits: 'limits.memory' },
  { requests: ['requests.storage'], limits: 'limits.storage' },
  { requests: ['requests.ephemeral-storage'], limits: 'limits.ephemeral-storage' },
] as const;

/** A new quota whose requests may exceed its limits can never be used up. */
export function quotaWarnings({ spec }: DeepReadonly<ResourceQuota>, previous: DeepReadonly<ResourceQuota> | undefined): readonly string[] {
  const { hard = {} } = spec;
  if (previous !== undefined) return [];
  return PAIRS.flatMap(({ limits, requests }) => {
    const name = requests.find((candidate) => hard[candidate] !== undefined);
    const [request, limit] = [name === undefined ? undefined : hard[name], hard[limits]];
    if (name === undefined || request === undefined || limit === undefined) return [];
    if (Quantity.parse(request).compare(Quantity.parse(limit)) <= 0) return [];
    return [`ResourceQuota ${name} (${request}) should be less than ${limits} (${limit})`];
  });
}
