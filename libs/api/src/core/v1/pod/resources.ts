import { Quantity, type DeepReadonly } from '@keelson/apimachinery';
import type { Container, Pod } from '../../../generated/core/v1';
import { listOf } from '../../../presence';
import { isSidecar } from './phase';

/** Amounts by resource name. */
export type ResourceTotals = ReadonlyMap<string, Quantity>;

type ResourceList = Readonly<Record<string, string>>;

export function resourceTotals(list: ResourceList | undefined): ResourceTotals {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, Quantity.parse(text)]));
}

/** The sum, name by name. */
export function addTotals(a: ResourceTotals, b: ResourceTotals): ResourceTotals {
  return combine(a, b, (x, y) => x.add(y));
}

/** The larger of both, name by name. */
export function maxTotals(a: ResourceTotals, b: ResourceTotals): ResourceTotals {
  return combine(a, b, (x, y) => (x.compare(y) < 0 ? y : x));
}

/**
 * What a pod needs of its node: all containers and sidecars together, or the most that an init container needs beside the sidecars that
 * started before it, whichever is more; and the overhead of its runtime class. A pod's own requests take the place of its containers'
 * (KEP-753, KEP-2837).
 */
export function podRequests(pod: DeepReadonly<Pick<Pod, 'spec'>>): ResourceTotals {
  return podTotals(pod, 'requests');
}

/** As {@link podRequests}, of limits; a resource that some container leaves unlimited is there with what the others are limited to. */
export function podLimits(pod: DeepReadonly<Pick<Pod, 'spec'>>): ResourceTotals {
  return podTotals(pod, 'limits');
}

/**
 * As {@link podRequests}, while a resize is under way: of each container the most that it was promised, is asked for, or has (KEP-1287).
 */
export function podRequestsInEffect(pod: DeepReadonly<Pick<Pod, 'spec' | 'status'>>): ResourceTotals {
  return podTotals(pod, 'requests', amountsInEffect(pod, 'requests'));
}

/** As {@link podLimits}, while a resize is under way. */
export function podLimitsInEffect(pod: DeepReadonly<Pick<Pod, 'spec' | 'status'>>): ResourceTotals {
  return podTotals(pod, 'limits', amountsInEffect(pod, 'limits'));
}

type List = 'requests' | 'limits';
type AmountsOf = (container: DeepReadonly<Container>) => ResourceTotals;

/** What a container has that has not been resized yet counts until the node has taken it back; a resize that no node can do never counts. */
function amountsInEffect({ spec, status }: DeepReadonly<Pick<Pod, 'spec' | 'status'>>, list: List): AmountsOf {
  const statuses = [...listOf(status?.containerStatuses), ...listOf(status?.initContainerStatuses)];
  const isInfeasible = status?.conditions?.some(({ reason, type }) => type === 'PodResizePending' && reason === 'Infeasible') === true;
  return (container) => {
    const asked = resourceTotals(container.resources?.[list]);
    const own = statuses.find(({ name }) => name === container.name);
    if (own?.resources === undefined || (listOf(spec.initContainers).includes(container) && !isSidecar(container))) return asked;
    const had = resourceTotals(own.resources[list]);
    const promised = list === 'requests' ? maxTotals(had, resourceTotals(own.allocatedResources)) : had;
    return isInfeasible ? promised : maxTotals(asked, promised);
  };
}

function podTotals(
  { spec }: DeepReadonly<Pick<Pod, 'spec'>>,
  list: List,
  of: AmountsOf = ({ resources }) => resourceTotals(resources?.[list]),
): ResourceTotals {
  let running = listOf(spec.containers)
    .map((container) => of(container))
    .reduce(addTotals, new Map());
  let sidecars: ResourceTotals = new Map();
  let starting: ResourceTotals = new Map();
  for (const container of listOf(spec.initContainers)) {
    const own = of(container);
    if (isSidecar(container)) {
      running = addTotals(running, own);
      sidecars = addTotals(sidecars, own);
      starting = maxTotals(starting, sidecars);
    } else starting = maxTotals(starting, addTotals(sidecars, own));
  }
  const byContainers = maxTotals(running, starting);
  const own = new Map([...byContainers, ...resourceTotals(spec.resources?.[list])]);
  return spec.overhead === undefined ? own : addOverhead(own, resourceTotals(spec.overhead), list);
}

/** Overhead raises a limit only where there is one. */
function addOverhead(totals: ResourceTotals, overhead: ResourceTotals, list: List): ResourceTotals {
  const counted = list === 'requests' ? overhead : new Map([...overhead].filter(([name]) => totals.has(name)));
  return addTotals(totals, counted);
}

function combine(a: ResourceTotals, b: ResourceTotals, operation: (x: Quantity, y: Quantity) => Quantity): ResourceTotals {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const result = new Map(a);
  for (const [name, amount] of b) result.set(name, operation(result.get(name) ?? Quantity.zero, amount));
  return result;
}
