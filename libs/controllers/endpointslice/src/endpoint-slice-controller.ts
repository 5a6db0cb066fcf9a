import { endpointslices, type DeepReadonly, type Endpoint, type EndpointSlice, type Node, type Pod, type Service } from '@keelson/api';
import { objectKey, StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { ServiceWakeups, TriggerTimes, withTriggerTime } from '@keelson/controller-endpoints';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { addressTypes, desiredEndpoints, portsKey, type AddressType, type EndpointPort } from './desired-endpoints';
import { planSlices } from './plan-slices';
import {
  isOwnedBy,
  labelsDiffer,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  newSliceMetadata,
  SERVICE_NAME_LABEL,
  serviceOf,
  sliceLabels,
} from './slice-metadata';
import { UnseenWrites } from './unseen-writes';

/** A slice that someone else changed is put right only after this long, so that a storm of changes is answered once. */
const SLICE_CHANGE_DELAY_MILLISECONDS = 1000;

export interface EndpointSliceControllerOptions {
  /** `--max-endpoints-per-slice`. */
  readonly maxEndpointsPerSlice: number;
  /** `--endpointslice-updates-batch-period`: pods' changes wait for others this long, in milliseconds. */
  readonly updatesBatchPeriod: number;
}

export interface EndpointSliceControllerDeps {
  readonly client: ApiClient;
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly recorder: EventRecorder;
  readonly options: EndpointSliceControllerOptions;
}

interface Changes {
  readonly create: { type: AddressType; ports: readonly EndpointPort[]; endpoints: readonly Endpoint[] }[];
  readonly update: { slice: DeepReadonly<EndpointSlice>; ports: readonly EndpointPort[]; endpoints: readonly Endpoint[] }[];
  readonly remove: DeepReadonly<EndpointSlice>[];
}

/**
 * Keeps the EndpointSlices of each Service with a selector in step with the pods it selects, with as few writes as possible.
 * Source: pkg/controller/endpointslice and k8s.io/endpointslice.
 */
export class EndpointSliceController implements Controller {
  readonly name = 'endpointslice';
  readonly #deps: EndpointSliceControllerDeps;
  readonly #triggerTimes = new TriggerTimes();
  /** Invariant: a service's slices are never planned on a cache that lacks what was written for it. */
  readonly #unseen = new UnseenWrites();
  readonly #wakeups: ServiceWakeups;

  constructor(deps: EndpointSliceControllerDeps) {
    this.#deps = deps;
    this.#wakeups = new ServiceWakeups(deps.services, deps.options.updatesBatchPeriod);
  }

  watches(watch: Watches): void {
    const { services, pods, nodes, endpointSlices, options } = this.#deps;
    watch.for(services);
    watch.mapped(pods, (_pod, event) => this.#wakeups.concernedBy(event), { delay: (key) => this.#wakeups.delayOf(key) });
    watch.mapped(endpointSlices, (slice, event) => this.#sliceChanged(slice, event), {
      delay: Math.max(SLICE_CHANGE_DELAY_MILLISECONDS, options.updatesBatchPeriod),
    });
    watch.reads(nodes);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const service = this.#deps.services.get(key);
    if (service === undefined) {
      this.#triggerTimes.forget(key);
      this.#wakeups.forget(key);
      this.#unseen.forget(key);
      return undefined;
    }
    if (service.spec.type === 'ExternalName' || service.spec.selector === undefined) return undefined;
    const { namespace, name } = service.metadata;
    const pods = this.#deps.pods.select(namespace, service.spec.selector);
    this.#wakeups.looked(key, pods.length);
    const slices = this.#deps.endpointSlices.select(namespace, { [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MANAGED_BY });
    if (this.#unseen.areMissingIn(slices, key)) return { requeueAfter: SLICE_CHANGE_DELAY_MILLISECONDS };
    const triggerTime = this.#triggerTimes.look(key, service, pods);
    const living = slices.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const { changes, withoutNode } = this.#plan(service, pods, living);
    try {
      await this.#write(service, changes, { triggerTime, signal });
      if (withoutNode.length > 0) throw new Error(`pods ${withoutNode.join(', ')} are left out: their nodes are not known`);
    } catch (error) {
      if (signal.aborted || StatusError.hasCause(error, 'NamespaceTerminating')) return undefined;
      const message = `Error updating Endpoint Slices for Service ${namespace ?? ''}/${name}: ${error instanceof Error ? error.message : String(error)}`;
      this.#deps.recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
    return undefined;
  }

  #sliceChanged(slice: DeepReadonly<EndpointSlice>, event: CacheEvent<EndpointSlice>): ObjectKey[] {
    const keys = new Set([...serviceOf(slice), ...(event.type === 'update' ? serviceOf(event.previous) : [])]);
    if (event.type === 'delete') for (const key of keys) this.#unseen.gone(key, slice);
    return [...keys];
  }

  #plan(
    service: DeepReadonly<Service>,
    pods: readonly DeepReadonly<Pod>[],
    slices: readonly DeepReadonly<EndpointSlice>[],
  ): { changes: Changes; withoutNode: readonly string[] } {
    const types = addressTypes(service);
    const foreign = slices.filter((slice) => !types.some((type) => type === slice.addressType) || !isOwnedBy(slice, service));
    const changes: Changes = { create: [], update: [], remove: foreign };
    const withoutNode = new Set<string>();
    for (const type of types) {
      const own = slices.filter((slice) => slice.addressType === type && isOwnedBy(slice, service));
      const desired = desiredEndpoints(service, pods, { type, nodeOf: (node) => this.#deps.nodes.get(node) });
      for (const pod of desired.withoutNode) withoutNode.add(pod);
      this.#planFamily(service, { type, own, groups: desired.groups }, changes);
    }
    return { changes, withoutNode: [...withoutNode] };
  }

  #planFamily(
    service: DeepReadonly<Service>,
    family: {
      readonly type: AddressType;
      readonly own: readonly DeepReadonly<EndpointSlice>[];
      readonly groups: ReturnType<typeof desiredEndpoints>['groups'];
    },
    changes: Changes,
  ): void {
    const { type, own, groups } = family;
    const max = this.#deps.options.maxEndpointsPerSlice;
    const isOutdated = (slice: DeepReadonly<EndpointSlice>): boolean => labelsDiffer(slice, service);
    const remove = own.filter(({ ports }) => !groups.has(portsKey(ports)));
    const create: Changes['create'] = [];
    for (const [key, group] of groups) {
      const plan = planSlices(
        group,
        own.filter(({ ports }) => portsKey(ports) === key),
        { max, isOutdated },
      );
      create.push(...plan.create.map((endpoints) => ({ type, ports: group.ports, endpoints })));
      changes.update.push(...plan.update.map((update) => ({ ...update, ports: group.ports })));
      remove.push(...plan.remove);
    }
    // A service without endpoints keeps one empty slice, which tells the proxies that there are none.
    if (remove.length === own.length && create.length === 0) create.push({ type, ports: [], endpoints: [] });
    const [only, ...more] = remove;
    const isPlaceholder = only !== undefined && more.length === 0 && isEmpty(only) && !isOutdated(only);
    if (isPlaceholder && create.every(({ endpoints, ports }) => endpoints.length === 0 && ports.length === 0)) return;
    // What would be deleted is rewritten where something is created: one write and one event less.
    for (const wanted of create) {
      const slice = remove.shift();
      if (slice === undefined) changes.create.push(wanted);
      else changes.update.push({ slice, ...wanted });
    }
    changes.remove.push(...remove);
  }

  async #write(
    service: DeepReadonly<Service>,
    { create, update, remove }: Changes,
    { triggerTime, signal }: { readonly triggerTime: string | undefined; readonly signal: AbortSignal },
  ): Promise<void> {
    const key = objectKey(service.metadata);
    const client = this.#deps.client.resource(endpointslices);
    // The garbage collector would have to race against what is created for a service on its way out.
    if (service.metadata.deletionTimestamp === undefined) {
      for (const { type, ports, endpoints } of create) {
        const metadata = { ...newSliceMetadata(service), annotations: withTriggerTime(undefined, triggerTime) };
        const slice = { metadata, addressType: type, ports: [...ports], endpoints: [...endpoints] };
        this.#unseen.wrote(key, await client.create(slice, { signal }));
      }
    }
    for (const { slice, ports, endpoints } of update) {
      const next = structuredClone(slice) as EndpointSlice;
      next.metadata = {
        ...next.metadata,
        labels: sliceLabels(service),
        annotations: withTriggerTime(next.metadata.annotations, triggerTime),
      };
      this.#unseen.wrote(key, await client.update({ ...next, ports: [...ports], endpoints: [...endpoints] }, { signal }));
    }
    for (const slice of remove) {
      try {
        await client.delete(slice.metadata, { preconditions: { uid: slice.metadata.uid }, signal });
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
      this.#unseen.deleted(key, slice);
    }
  }
}

const isEmpty = ({ endpoints = [], ports = [] }: DeepReadonly<EndpointSlice>): boolean => endpoints.length === 0 && ports.length === 0;
