import type { DeepReadonly, Endpoint, EndpointSlice } from '@keelson/api';
import { semanticEqual } from '@keelson/apimachinery';
import type { EndpointGroup } from './desired-endpoints';

type Slice = DeepReadonly<EndpointSlice>;

export interface SliceUpdate {
  readonly slice: Slice;
  readonly endpoints: readonly Endpoint[];
}

export interface SlicePlan {
  readonly create: readonly (readonly Endpoint[])[];
  readonly update: readonly SliceUpdate[];
  readonly remove: readonly Slice[];
}

/**
 * Brings the slices of one group of ports to its endpoints with as few writes as possible: an endpoint stays where it is, new ones fill the
 * slices that change anyway, and only what is left opens one more unchanged slice or new ones (k8s.io/endpointslice `reconcileByPortMapping`).
 * @param isOutdated whether a slice must be written although its endpoints are as wanted, such as for its labels
 */
export function planSlices(
  group: EndpointGroup,
  slices: readonly Slice[],
  { max, isOutdated }: { readonly max: number; readonly isOutdated: (slice: Slice) => boolean },
): SlicePlan {
  const missing = new Map(group.endpoints.map((endpoint) => [identityOf(endpoint), endpoint]));
  const kept = slices.map((slice) => keepEndpoints(slice, missing));
  const changed = kept.filter(({ endpoints, isChanged, slice }) => endpoints.length > 0 && (isChanged || isOutdated(slice)));
  const unchanged = kept.filter((candidate) => !candidate.isChanged && !changed.includes(candidate));
  const added = [...missing.values()];

  // Emptiest last: the fullest is filled up first, so that slices end full or gone.
  changed.sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const { endpoints } of changed) endpoints.push(...added.splice(0, Math.max(0, max - endpoints.length)));

  const create: Endpoint[][] = [];
  while (added.length > 0) {
    const open = added.length < max ? sliceToFill(unchanged, added.length, max) : undefined;
    if (open === undefined) create.push(added.splice(0, max));
    else {
      unchanged.splice(unchanged.indexOf(open), 1);
      open.endpoints.push(...added.splice(0));
      changed.push(open);
    }
  }
  const remove = kept.filter(({ endpoints, isChanged }) => isChanged && endpoints.length === 0).map(({ slice }) => slice);
  return { create, update: changed, remove };
}

interface KeptSlice extends SliceUpdate {
  readonly endpoints: Endpoint[];
  readonly isChanged: boolean;
}

/** Takes those that the slice has out of `missing`. */
function keepEndpoints(slice: Slice, missing: Map<string, Endpoint>): KeptSlice {
  const present = slice.endpoints ?? [];
  let isChanged = false;
  const endpoints = present.flatMap((endpoint) => {
    const identity = identityOf(endpoint);
    const wanted = missing.get(identity);
    missing.delete(identity);
    if (wanted === undefined || !semanticEqual(wanted, endpoint)) isChanged = true;
    return wanted === undefined ? [] : [wanted];
  });
  return { slice, endpoints, isChanged };
}

/** The one that would be fullest with `count` more endpoints. */
function sliceToFill(slices: readonly KeptSlice[], count: number, max: number): KeptSlice | undefined {
  return slices
    .filter(({ endpoints }) => endpoints.length + count <= max)
    .reduce<KeptSlice | undefined>(
      (best, next) => (best === undefined || next.endpoints.length > best.endpoints.length ? next : best),
      undefined,
    );
}

/** What makes an endpoint the same one although its conditions changed. */
function identityOf({ addresses, hostname, targetRef }: DeepReadonly<Endpoint>): string {
  return JSON.stringify([[...addresses].sort(), hostname ?? '', targetRef?.namespace ?? '', targetRef?.name ?? '', targetRef?.uid ?? '']);
}
