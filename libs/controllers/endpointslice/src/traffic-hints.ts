import type { DeepReadonly, Endpoint, Service } from '@keelson/api';

/** The values of `spec.trafficDistribution` that keep traffic close (KEP-4444, KEP-3015). */
const CLOSE: ReadonlySet<string> = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);
const TOPOLOGY_MODE_ANNOTATIONS = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'] as const;

/** For whom a ready endpoint is meant first, as the service's traffic distribution wants it; undefined where anyone may use it. */
export function trafficHints(
  { metadata, spec }: DeepReadonly<Service>,
  { conditions, nodeName, zone }: DeepReadonly<Endpoint>,
): NonNullable<Endpoint['hints']> | undefined {
  const { trafficDistribution = '' } = spec;
  if (conditions?.ready !== true || !CLOSE.has(trafficDistribution) || isTopologyAware(metadata.annotations ?? {})) return undefined;
  const forNode = trafficDistribution === 'PreferSameNode' ? nodeName : undefined;
  if (zone === undefined && forNode === undefined) return undefined;
  return {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
    ...(forNode === undefined ? {} : { forNodes: [{ name: forNode }] }),
  };
}

/** The older annotation, which wins over the field, and of whose two names the older wins. */
function isTopologyAware(annotations: Readonly<Record<string, string>>): boolean {
  const [mode] = TOPOLOGY_MODE_ANNOTATIONS.flatMap((name) => annotations[name] ?? []);
  return mode === 'Auto' || mode === 'auto';
}
