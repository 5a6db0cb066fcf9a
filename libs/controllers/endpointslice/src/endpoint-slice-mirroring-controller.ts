import { endpoints, endpointslices, type DeepReadonly, type Endpoints, type EndpointSlice, type Service } from '@keelson/api';
import {
  nameIsDnsSubdomain,
  ownerReferenceTo,
  parseObjectKey,
  semanticEqual,
  StatusError,
  type Draft,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { TRIGGER_TIME_ANNOTATION } from '@keelson/controller-endpoints';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { mirroredEndpoints, mirrorKey, type MirroredGroup } from './mirrored-endpoints';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './slice-metadata';
import { UnseenWrites } from './unseen-writes';

const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const SKIP_MIRROR_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints that a leader election of old keeps its lease in have no addresses to tell of. */
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
const STALE_CACHE_DELAY_MILLISECONDS = 1000;

export interface EndpointSliceMirroringOptions {
  /** `--mirroring-max-endpoints-per-subset`. */
  readonly maxEndpointsPerSubset: number;
  /** `--mirroring-endpointslice-updates-batch-period`: changes of slices wait for others this long, in milliseconds. */
  readonly updatesBatchPeriod: number;
}

export interface EndpointSliceMirroringControllerDeps {
  readonly client: ApiClient;
  readonly services: Informer<Service>;
  readonly endpoints: Informer<Endpoints>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly recorder: EventRecorder;
  readonly options: EndpointSliceMirroringOptions;
}

type Slice = DeepReadonly<EndpointSlice>;

interface Changes {
  readonly create: MirroredGroup[];
  readonly update: { readonly slice: Slice; readonly group: MirroredGroup }[];
  readonly remove: Slice[];
}

/**
 * Mirrors Endpoints that someone wrote by hand, for a Service without a selector, to EndpointSlices, which are all that proxies read.
 * Source: pkg/controller/endpointslicemirroring (KEP-752).
 */
export class EndpointSliceMirroringController implements Controller {
  readonly name = 'endpointslice-mirroring';
  readonly #deps: EndpointSliceMirroringControllerDeps;
  /** Invariant: slices are never planned on a cache that lacks what was written before. */
  readonly #unseen = new UnseenWrites();

  constructor(deps: EndpointSliceMirroringControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    const { endpoints: informer, endpointSlices, options, services } = this.#deps;
    watch.for(informer);
    watch.for(services);
    watch.mapped(endpointSlices, (slice, event) => this.#sliceChanged(slice, event), { delay: options.updatesBatchPeriod });
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { namespace = '', name } = parseObjectKey(key);
    const present = this.#deps.endpointSlices.select(namespace, { [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MANAGED_BY });
    const mirrored = this.#deps.endpoints.get(key);
    const service = this.#deps.services.get(key);
    if (mirrored === undefined || !isMirrored(mirrored) || service === undefined || service.spec.selector !== undefined) {
      this.#unseen.forget(key);
      await this.#remove(key, present, signal);
      return undefined;
    }
    if (this.#unseen.areMissingIn(present, key)) return { requeueAfter: STALE_CACHE_DELAY_MILLISECONDS };
    const { groups, invalid, skipped } = mirroredEndpoints(mirrored, this.#deps.options.maxEndpointsPerSubset);
    this.#sayLeftOut(mirrored, invalid, skipped);
    await this.#write(key, mirrored, { changes: planMirror(mirrored, groups, present), signal });
    return undefined;
  }

  #sliceChanged(slice: Slice, event: CacheEvent<EndpointSlice>): ObjectKey[] {
    const keys = new Set([...mirroredBy(slice), ...(event.type === 'update' ? mirroredBy(event.previous) : [])]);
    if (event.type === 'delete') for (const key of keys) this.#unseen.gone(key, slice);
    return [...keys];
  }

  #sayLeftOut(mirrored: DeepReadonly<Endpoints>, invalid: number, skipped: number): void {
    const { options, recorder } = this.#deps;
    if (invalid > 0)
      recorder.event(mirrored, 'Warning', 'InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
    if (skipped > 0)
      recorder.event(
        mirrored,
        'Warning',
        'TooManyAddressesToMirror',
        `A max of ${options.maxEndpointsPerSubset} addresses can be mirrored to EndpointSlices per Endpoints subset. ${invalid + skipped} addresses were skipped`,
      );
  }

  async #write(
    key: ObjectKey,
    mirrored: DeepReadonly<Endpoints>,
    { changes, signal }: { readonly changes: Changes; readonly signal: AbortSignal },
  ): Promise<void> {
    const client = this.#deps.client.resource(endpointslices);
    // The garbage collector would have to race against what is created for Endpoints on their way out.
    if (mirrored.metadata.deletionTimestamp === undefined) {
      for (const group of changes.create) {
        try {
          this.#unseen.wrote(key, await client.create(newSlice(mirrored, group), { signal }));
        } catch (error) {
          if (StatusError.hasCause(error, 'NamespaceTerminating')) return;
          throw error;
        }
      }
    }
    for (const { group, slice } of changes.update) {
      const next = structuredClone(slice) as EndpointSlice;
      const { annotations, labels, ownerReferences } = mirrorMetadata(mirrored);
      next.metadata = { ...next.metadata, annotations, labels, ownerReferences };
      this.#unseen.wrote(key, await client.update({ ...next, ports: [...group.ports], endpoints: [...group.endpoints] }, { signal }));
    }
    await this.#remove(key, changes.remove, signal);
  }

  async #remove(key: ObjectKey, doomed: readonly Slice[], signal: AbortSignal): Promise<void> {
    for (const slice of doomed) {
      try {
        await this.#deps.client.resource(endpointslices).delete(slice.metadata, { preconditions: { uid: slice.metadata.uid }, signal });
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
      this.#unseen.deleted(key, slice);
    }
  }
}

function isMirrored({ metadata }: DeepReadonly<Endpoints>): boolean {
  return metadata.labels?.[SKIP_MIRROR_LABEL] !== 'true' && metadata.annotations?.[LEADER_ANNOTATION] === undefined;
}

/** The Endpoints that a slice of this controller mirrors. */
function mirroredBy({ metadata }: Slice): ObjectKey[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL] ?? '';
  return name === '' || metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY ? [] : [`${metadata.namespace ?? ''}/${name}`];
}

/** One slice for each group; what would be deleted is rewritten where one of its family is to be created. */
function planMirror(mirrored: DeepReadonly<Endpoints>, groups: ReadonlyMap<string, MirroredGroup>, present: readonly Slice[]): Changes {
  const left = [...present];
  const take = (wanted: (slice: Slice) => boolean): Slice | undefined => {
    const index = left.findIndex(wanted);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const update: { slice: Slice; group: MirroredGroup }[] = [];
  const missing: MirroredGroup[] = [];
  for (const [key, group] of groups) {
    const slice = take(({ addressType, ports }) => mirrorKey(addressType, ports) === key);
    if (slice === undefined) missing.push(group);
    else if (!isMirrorOf(slice, mirrored, group)) update.push({ slice, group });
  }
  const create = missing.filter((group) => {
    const slice = take(({ addressType }) => addressType === group.type);
    if (slice !== undefined) update.push({ slice, group });
    return slice === undefined;
  });
  return { create, update, remove: left };
}

function isMirrorOf({ metadata, endpoints: present }: Slice, mirrored: DeepReadonly<Endpoints>, group: MirroredGroup): boolean {
  const wanted = mirrorMetadata(mirrored);
  return (
    semanticEqual(present, group.endpoints) &&
    semanticEqual(metadata.labels, wanted.labels) &&
    semanticEqual(metadata.annotations, wanted.annotations)
  );
}

function newSlice(mirrored: DeepReadonly<Endpoints>, { type, ports, endpoints: of }: MirroredGroup): Draft<EndpointSlice> {
  const { name, namespace = '' } = mirrored.metadata;
  const prefix = `${name}-`;
  const generateName = nameIsDnsSubdomain(prefix, true).length === 0 ? prefix : name;
  return { metadata: { namespace, generateName, ...mirrorMetadata(mirrored) }, addressType: type, ports: [...ports], endpoints: [...of] };
}

function mirrorMetadata(
  mirrored: DeepReadonly<Endpoints>,
): Required<Pick<EndpointSlice['metadata'], 'annotations' | 'labels' | 'ownerReferences'>> {
  const { annotations = {}, labels = {}, name } = mirrored.metadata;
  const copied = Object.entries(annotations).filter(([key]) => key !== TRIGGER_TIME_ANNOTATION && key !== LAST_APPLIED_ANNOTATION);
  return {
    annotations: Object.fromEntries(copied),
    labels: { ...labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MANAGED_BY },
    ownerReferences: [ownerReferenceTo(mirrored, endpoints)],
  };
}
