import { endpoints, type DeepReadonly, type Endpoints, type EndpointSubset, type Pod, type Service } from '@keelson/api';
import { objectKey, parseObjectKey, semanticEqual, StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { desiredSubsets } from './desired-subsets';
import { countAddresses, MAX_ADDRESSES, truncateSubsets } from './pack-subsets';
import { ServiceWakeups } from './service-wakeups';
import { TriggerTimes, withTriggerTime } from './trigger-times';

const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const MANAGED_BY = 'endpoint-controller';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const OVER_CAPACITY_ANNOTATION = 'endpoints.kubernetes.io/over-capacity';
/** Endpoints that a leader election of old keeps its lease in belong to no Service, whatever their name. */
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';

export interface EndpointsControllerOptions {
  /** `--endpoint-updates-batch-period`: pods' changes wait for others this long, in milliseconds. */
  readonly updatesBatchPeriod: number;
}

export interface EndpointsControllerDeps {
  readonly client: ApiClient;
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
  readonly endpoints: Informer<Endpoints>;
  readonly recorder: EventRecorder;
  readonly options: EndpointsControllerOptions;
}

interface Wanted {
  readonly subsets: EndpointSubset[];
  readonly isOver: boolean;
  /** Is no reason to write by itself. */
  readonly triggerTime: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Keeps the Endpoints of each Service with a selector in step with the pods it selects: what EndpointSlices replaced, for those who still read it.
 * Source: pkg/controller/endpoint.
 */
export class EndpointsController implements Controller {
  readonly name = 'endpoints';
  readonly #deps: EndpointsControllerDeps;
  readonly #triggerTimes = new TriggerTimes();
  /** The version of each Endpoints that our last update replaced. Invariant: no decision is made on it again, however long the cache shows it. */
  readonly #replaced = new Map<ObjectKey, string>();
  readonly #wakeups: ServiceWakeups;

  constructor(deps: EndpointsControllerDeps) {
    this.#deps = deps;
    this.#wakeups = new ServiceWakeups(deps.services, deps.options.updatesBatchPeriod);
  }

  watches(watch: Watches): void {
    const { services, pods, endpoints: informer } = this.#deps;
    watch.for(services);
    watch.mapped(pods, (_pod, event) => this.#wakeups.concernedBy(event), { delay: (key) => this.#wakeups.delayOf(key) });
    watch.for(informer);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const service = this.#deps.services.get(key);
    const present = this.#deps.endpoints.get(key);
    if (service === undefined) {
      this.#triggerTimes.forget(key);
      this.#wakeups.forget(key);
      this.#replaced.delete(key);
      await this.#deleteAbandoned(key, present, signal);
      return undefined;
    }
    if (service.spec.type === 'ExternalName' || service.spec.selector === undefined) return undefined;
    // Its newer version wakes the next reconcile.
    if (present !== undefined && present.metadata.resourceVersion === this.#replaced.get(key)) return undefined;
    const pods = this.#deps.pods.select(service.metadata.namespace, service.spec.selector);
    this.#wakeups.looked(key, pods.length);
    const triggerTime = this.#triggerTimes.look(key, service, pods);
    const all = desiredSubsets(service, pods);
    const isOver = countAddresses(all) > MAX_ADDRESSES;
    await this.#write(service, present, { subsets: truncateSubsets(all), isOver, triggerTime, signal });
    return undefined;
  }

  /** Only what this controller made: Endpoints without a Service may be anyone's. */
  async #deleteAbandoned(key: ObjectKey, present: DeepReadonly<Endpoints> | undefined, signal: AbortSignal): Promise<void> {
    if (present?.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY) return;
    if (present.metadata.annotations?.[LEADER_ANNOTATION] !== undefined) return;
    try {
      const preconditions = { uid: present.metadata.uid };
      await this.#deps.client.resource(endpoints).delete(parseObjectKey(key), { preconditions, signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }

  async #write(
    service: DeepReadonly<Service>,
    present: DeepReadonly<Endpoints> | undefined,
    { subsets, isOver, triggerTime, signal }: Wanted,
  ): Promise<void> {
    const { namespace = '', name } = service.metadata;
    const labels = endpointsLabels(service);
    const capacity = withOverCapacity(present?.metadata.annotations, isOver);
    const annotations = withTriggerTime(capacity, triggerTime);
    const client = this.#deps.client.resource(endpoints);
    try {
      if (present === undefined) await client.create({ metadata: { namespace, name, labels, annotations }, subsets }, { signal });
      else if (!isAsWanted(present, { labels, annotations: capacity, subsets })) {
        const next = structuredClone(present) as Endpoints;
        const updated = await client.update({ ...next, metadata: { ...next.metadata, labels, annotations }, subsets }, { signal });
        const { resourceVersion } = present.metadata;
        if (updated.metadata.resourceVersion !== resourceVersion) this.#replaced.set(objectKey(present.metadata), resourceVersion);
      }
    } catch (error) {
      if (signal.aborted || StatusError.hasCause(error, 'NamespaceTerminating')) return;
      this.#recordFailure(service, present, error);
      throw error;
    }
  }

  #recordFailure(service: DeepReadonly<Service>, present: DeepReadonly<Endpoints> | undefined, error: unknown): void {
    const name = `${service.metadata.namespace ?? ''}/${service.metadata.name}`;
    const [reason, what] =
      present === undefined
        ? ['FailedToCreateEndpoint', `Failed to create endpoint for service ${name}`]
        : ['FailedToUpdateEndpoint', `Failed to update endpoint ${name}`];
    this.#deps.recorder.event(present ?? service, 'Warning', reason, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function endpointsLabels({ metadata, spec }: DeepReadonly<Service>): Record<string, string> {
  const isHeadless = (spec.clusterIP ?? '') === '' || spec.clusterIP === 'None';
  const mirrored = Object.entries(metadata.labels ?? {}).filter(([label]) => label !== HEADLESS_LABEL);
  return { ...Object.fromEntries(mirrored), ...(isHeadless ? { [HEADLESS_LABEL]: '' } : {}), [MANAGED_BY_LABEL]: MANAGED_BY };
}

function withOverCapacity(annotations: Readonly<Record<string, string>> | undefined, isOver: boolean): Record<string, string> {
  const others = Object.entries(annotations ?? {}).filter(([name]) => name !== OVER_CAPACITY_ANNOTATION);
  return { ...Object.fromEntries(others), ...(isOver ? { [OVER_CAPACITY_ANNOTATION]: 'truncated' } : {}) };
}

function isAsWanted(
  { metadata, subsets }: DeepReadonly<Endpoints>,
  wanted: { readonly labels: object; readonly annotations: object; readonly subsets: readonly EndpointSubset[] },
): boolean {
  return (
    semanticEqual(subsets, wanted.subsets) &&
    semanticEqual(metadata.labels, wanted.labels) &&
    semanticEqual(metadata.annotations, wanted.annotations)
  );
}
