import type { ServiceCIDR } from '@keelson/api';
import { deepEqual, formatTime, type Clock, type Draft } from '@keelson/apimachinery';
import { ensureObject } from '../bootstrap/ensure-object';
import { internalContext } from '../registry/internal-context';
import type { ObjectRegistry } from '../registry/object-registry';

const NAME = 'kubernetes';
const READY = 'Ready';

/**
 * Shows the range of `--service-cluster-ip-range` as the ServiceCIDR `kubernetes`, and that it is ready (KEP-1880). Another server's range stays
 * as it is.
 */
export async function ensureDefaultServiceCidr(registry: ObjectRegistry, range: string, clock: Pick<Clock, 'now'>): Promise<void> {
  const draft: Draft<ServiceCIDR> = { metadata: { name: NAME }, spec: { cidrs: [range] } };
  await ensureObject(registry, draft);
  const context = internalContext({ name: NAME, subresource: 'status' });
  await registry.update((current) => withReady(current.parse() as ServiceCIDR, range, clock), context);
}

function withReady(current: ServiceCIDR, range: string, clock: Pick<Clock, 'now'>): ServiceCIDR {
  const conditions = current.status?.conditions ?? [];
  const isDecided = conditions.some(({ status, type }) => type === READY && status !== 'Unknown');
  if (isDecided || current.metadata.deletionTimestamp !== undefined || !deepEqual(current.spec.cidrs, [range])) return current;
  const ready = {
    type: READY,
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: formatTime(clock.now()),
  };
  return { ...current, status: { ...current.status, conditions: [...conditions.filter(({ type }) => type !== READY), ready] } };
}
