import type { DeepReadonly, EndpointSlice, ObjectMeta, Service } from '@keelson/api';
import { nameIsDnsSubdomain, ownerReferenceTo, semanticEqual, type ObjectKey } from '@keelson/apimachinery';
import { services } from '@keelson/api';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

const RESERVED_LABELS: ReadonlySet<string> = new Set([SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL]);

/** The service's own labels, and those that only this controller decides. */
export function sliceLabels({ metadata, spec }: DeepReadonly<Service>): Record<string, string> {
  const isHeadless = (spec.clusterIP ?? '') === '' || spec.clusterIP === 'None';
  return {
    ...withoutReserved(metadata.labels),
    ...(isHeadless ? { [HEADLESS_LABEL]: '' } : {}),
    [SERVICE_NAME_LABEL]: metadata.name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

/** Whether the labels that mirror the service's are out of date. */
export function labelsDiffer(slice: DeepReadonly<EndpointSlice>, service: DeepReadonly<Service>): boolean {
  return !semanticEqual(withoutReserved(slice.metadata.labels), withoutReserved(service.metadata.labels));
}

export function newSliceMetadata(service: DeepReadonly<Service>): Partial<ObjectMeta> {
  const { name, namespace = '' } = service.metadata;
  const prefix = `${name}-`;
  return {
    namespace,
    generateName: nameIsDnsSubdomain(prefix, true).length === 0 ? prefix : name,
    labels: sliceLabels(service),
    ownerReferences: [ownerReferenceTo(service, services)],
  };
}

export function isOwnedBy({ metadata }: DeepReadonly<EndpointSlice>, service: DeepReadonly<Service>): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );
}

/** The service whose endpoints a slice of this controller holds. */
export function serviceOf({ metadata }: DeepReadonly<EndpointSlice>): ObjectKey[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL] ?? '';
  return name === '' || metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY ? [] : [`${metadata.namespace ?? ''}/${name}`];
}

function withoutReserved(labels: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !RESERVED_LABELS.has(name)));
}
