import { namespaceOf } from '../pod/pod-names';
import { allContainersOf } from '../pod/pod-containers';
import { milliCPU, wholeUnits } from '../pod/quantity';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';

/** What of a pod only its node knows. */
export interface PodFacts {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** The node's allocatable resources: a container without a limit may use as much. */
  readonly allocatable: Readonly<Record<string, string>>;
}

const FIELDS: Readonly<Record<string, (pod: ReadonlyPod, facts: PodFacts) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': namespaceOf,
  'metadata.uid': (pod) => pod.metadata.uid,
  'metadata.labels': (pod) => formatMap(pod.metadata.labels),
  'metadata.annotations': (pod) => formatMap(pod.metadata.annotations),
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.podIP': (_, { podIPs }) => podIPs[0] ?? '',
  'status.podIPs': (_, { podIPs }) => podIPs.join(','),
  'status.hostIP': (_, { hostIPs }) => hostIPs[0] ?? '',
  'status.hostIPs': (_, { hostIPs }) => hostIPs.join(','),
};

/** @throws RangeError if the downward API has no such field */
export function podField(pod: ReadonlyPod, fieldPath: string, facts: PodFacts): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (keyed !== null) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const field = FIELDS[fieldPath];
  if (field === undefined) throw new RangeError(`unsupported fieldPath: ${fieldPath}`);
  return field(pod, facts);
}

/**
 * The value of a `resourceFieldRef`, in units of its divisor, rounded up.
 * @throws RangeError if the container or the resource is unknown
 */
export function containerResource(
  pod: ReadonlyPod,
  container: ReadonlyContainer | undefined,
  reference: { readonly containerName?: string; readonly resource: string; readonly divisor?: string },
  facts: PodFacts,
): string {
  const named = reference.containerName;
  const target = named === undefined || named === '' ? container : allContainersOf(pod).find(({ name }) => name === named);
  if (target === undefined) throw new RangeError(`container ${named ?? ''} not found`);
  const [kind, ...rest] = reference.resource.split('.');
  const resource = rest.join('.');
  if (kind !== 'limits' && kind !== 'requests') throw new RangeError(`unsupported container resource : ${reference.resource}`);
  const quantity = target.resources?.[kind]?.[resource] ?? (kind === 'limits' ? facts.allocatable[resource] : undefined);
  return String(inUnitsOf(resource, quantity, reference.divisor));
}

function inUnitsOf(resource: string, quantity: string | undefined, divisor: string | undefined): number {
  const unit = divisor === undefined || milliCPU(divisor) === 0 ? '1' : divisor;
  if (resource === 'cpu') return Math.ceil(milliCPU(quantity) / milliCPU(unit));
  return Math.ceil(wholeUnits(quantity) / wholeUnits(unit));
}

/** One `key="value"` a line, sorted by key. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
