import type { DeepReadonly } from '@keelson/apimachinery';
import type { PodSpec } from '../../../generated/core/v1';
import { elementsOf, listOf } from '../../../presence';

const GATED_PROJECTIONS = ['clusterTrustBundle', 'podCertificate'] as const;

/**
 * Drops the fields of features that v1.36 has off unless a gate is opened: scheduling groups, projected certificates and trust bundles,
 * stop signals. Upstream drops them in silence too, and keeps one that the stored object already uses. Writes into `spec`.
 */
export function dropDisabledFields(spec: PodSpec | undefined, previous?: DeepReadonly<PodSpec>): void {
  if (spec === undefined) return;
  if (previous?.schedulingGroup === undefined) delete spec.schedulingGroup;
  if (!usesStopSignals(previous)) dropStopSignals(spec);
  for (const { projected } of elementsOf(spec.volumes))
    for (const source of elementsOf(projected?.sources))
      for (const field of GATED_PROJECTIONS) if (!usesProjection(previous, field)) Reflect.deleteProperty(source, field);
}

const lifecycles = (spec: DeepReadonly<PodSpec>): DeepReadonly<NonNullable<PodSpec['containers'][number]['lifecycle']>>[] =>
  [...listOf(spec.initContainers), ...listOf(spec.containers), ...listOf(spec.ephemeralContainers)].flatMap(({ lifecycle }) =>
    lifecycle === undefined ? [] : [lifecycle],
  );

function usesStopSignals(spec: DeepReadonly<PodSpec> | undefined): boolean {
  return spec !== undefined && lifecycles(spec).some(({ stopSignal }) => stopSignal !== undefined);
}

function dropStopSignals(spec: PodSpec): void {
  for (const container of [...elementsOf(spec.initContainers), ...elementsOf(spec.containers), ...elementsOf(spec.ephemeralContainers)])
    delete container.lifecycle?.stopSignal;
}

function usesProjection(spec: DeepReadonly<PodSpec> | undefined, field: (typeof GATED_PROJECTIONS)[number]): boolean {
  return listOf(spec?.volumes).some(({ projected }) => listOf(projected?.sources).some((source) => source[field] !== undefined));
}
