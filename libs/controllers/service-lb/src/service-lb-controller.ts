import { services, type DeepReadonly, type LoadBalancerStatus, type Node, type Service } from '@keelson/api';
import { deepEqual, objectKey, StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { ImplementedElsewhere, RetryLater, type LoadBalancer, type LoadBalancerRequest } from '@keelson/cloud';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { changesBalancing, fingerprintOfNodes, isBalanced } from './balanced-nodes';
import { CLEANUP_FINALIZER, fingerprintOfService, hasFinalizer, needsCleanup, wantsLoadBalancer } from './balanced-service';

type ReadonlyService = DeepReadonly<Service>;
type ReadonlyNode = DeepReadonly<Node>;

/** So many names of nodes are told in an event. */
const NODE_NAMES_IN_EVENT = 20;

export interface ServiceLbControllerDeps {
  readonly client: ApiClient;
  readonly loadBalancer: LoadBalancer;
  readonly services: Informer<Service>;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  /** `--cluster-name` */
  readonly clusterName: string;
}

/** A load balancer as this process last brought it to what its Service and the nodes were. */
interface Settled {
  readonly service: ReadonlyService;
  /** Undefined while it is not known whether the cloud did what it was asked. */
  readonly state: { readonly service: string; readonly nodes: string } | undefined;
}

/**
 * Gives every Service of type LoadBalancer one of the cloud's, and takes it away before the Service goes.
 * Source: k8s.io/cloud-provider/controllers/service.
 */
export class ServiceLbController implements Controller {
  readonly name = 'service-lb';
  /** A cloud is not asked again at once: from 5 s, doubling to 300 s. */
  readonly backoff = { first: 5_000, last: 300_000 };
  readonly #deps: ServiceLbControllerDeps;
  /** What may have a load balancer. It is only what spares the cloud needless questions: without it, each Service is settled anew. */
  readonly #settled = new Map<ObjectKey, Settled>();

  constructor(deps: ServiceLbControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.services);
    watch.mapped(this.#deps.nodes, (_node, event) => (this.#concerns(event) ? this.#balanced() : []));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const service = this.#deps.services.get(key);
    const before = this.#settled.get(key)?.service;
    // Only a Service whose finalizer somebody took off goes without our doing.
    if (before !== undefined && before.metadata.uid !== service?.metadata.uid) await this.#deleteOrphan(key, before, signal);
    if (service === undefined) return undefined;
    try {
      if (!wantsLoadBalancer(service) || needsCleanup(service)) await this.#cleanUp(key, service, signal);
      else await this.#settle(key, service, signal);
    } catch (error) {
      // A lost race is settled by the next try; a process that stops has failed at nothing.
      if (signal.aborted || StatusError.is(error, 'Conflict')) throw error;
      this.#event(service, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: ${messageOf(error)}`);
      if (error instanceof Failure && error.cause instanceof RetryLater) return { requeueAfter: error.cause.milliseconds };
      throw error;
    }
    return undefined;
  }

  #concerns(event: CacheEvent<Node>): boolean {
    return event.type !== 'update' || changesBalancing(event.previous, event.object);
  }

  #balanced(): readonly ObjectKey[] {
    return this.#deps.services.list().flatMap((service) => (wantsLoadBalancer(service) ? [objectKey(service.metadata)] : []));
  }

  async #settle(key: ObjectKey, service: ReadonlyService, signal: AbortSignal): Promise<void> {
    const targets = this.#deps.nodes.list().filter(isBalanced);
    const wanted = { service: fingerprintOfService(service), nodes: fingerprintOfNodes(targets) };
    const present = this.#settled.get(key)?.state;
    if (deepEqual(present, wanted)) return;
    this.#settled.set(key, { service, state: undefined });
    if (present?.service === wanted.service) await this.#update(service, targets, signal);
    else await this.#ensure(service, targets, signal);
    this.#settled.set(key, { service, state: wanted });
  }

  async #ensure(service: ReadonlyService, nodes: readonly ReadonlyNode[], signal: AbortSignal): Promise<void> {
    this.#event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
    // Before there is anything that could be left behind.
    await attempt('failed to add load balancer cleanup finalizer', () => this.#setFinalizer(service, true, signal));
    if (nodes.length === 0) this.#warnOfNoNodes(service);
    const status = await attempt('failed to ensure load balancer', () =>
      unlessElsewhere(() => this.#deps.loadBalancer.ensure({ ...this.#request(service, signal), nodes })),
    );
    if (status === undefined) return;
    this.#event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    await attempt('failed to update load balancer status', () => this.#writeStatus(service, status, signal));
  }

  async #update(service: ReadonlyService, nodes: readonly ReadonlyNode[], signal: AbortSignal): Promise<void> {
    const request = this.#request(service, signal);
    try {
      const isOurs = await unlessElsewhere(async () => {
        await this.#deps.loadBalancer.update({ ...request, nodes });
        return true;
      });
      if (isOurs !== true) return;
    } catch (error) {
      // What is no longer there has no nodes to know.
      if ((await this.#deps.loadBalancer.get(request)) === undefined) return;
      const names = nodes.map(({ metadata }) => metadata.name);
      const told = names.slice(0, NODE_NAMES_IN_EVENT);
      if (names.length > told.length) told.push(`<${names.length - told.length} more>`);
      const message = `Error updating load balancer with new hosts [${told.join(' ')}] [node names limited, total number of nodes: ${names.length}], error: ${messageOf(error)}`;
      this.#event(service, 'Warning', 'UpdateLoadBalancerFailed', message);
      throw error;
    }
    if (nodes.length === 0) this.#warnOfNoNodes(service);
    else this.#event(service, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
  }

  async #cleanUp(key: ObjectKey, service: ReadonlyService, signal: AbortSignal): Promise<void> {
    if (!hasFinalizer(service) && !this.#settled.has(key)) return;
    const request = this.#request(service, signal);
    const existing = await attempt('failed to check if load balancer exists before cleanup', () => this.#deps.loadBalancer.get(request));
    if (existing !== undefined) {
      this.#event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
      await attempt('failed to delete load balancer', () => unlessElsewhere(() => this.#deps.loadBalancer.ensureDeleted(request)));
    }
    this.#settled.delete(key);
    const emptied = await attempt('failed to update load balancer status', () => this.#writeStatus(service, {}, signal));
    // Last, for a Service that is being deleted goes with it.
    await attempt('failed to remove load balancer cleanup finalizer', () => this.#setFinalizer(emptied, false, signal));
    this.#event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  }

  async #deleteOrphan(key: ObjectKey, service: ReadonlyService, signal: AbortSignal): Promise<void> {
    this.#event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    try {
      await unlessElsewhere(() => this.#deps.loadBalancer.ensureDeleted(this.#request(service, signal)));
    } catch (error) {
      this.#event(service, 'Warning', 'DeleteLoadBalancerFailed', `Error deleting load balancer: ${messageOf(error)}`);
      throw error;
    }
    this.#settled.delete(key);
    this.#event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  }

  async #setFinalizer(service: ReadonlyService | undefined, wanted: boolean, signal: AbortSignal): Promise<void> {
    if (service === undefined || hasFinalizer(service) === wanted) return;
    const { finalizers: present = [], name, namespace, resourceVersion } = service.metadata;
    const finalizers = wanted ? [...present, CLEANUP_FINALIZER] : present.filter((each) => each !== CLEANUP_FINALIZER);
    // The list is replaced as a whole: only as it was seen.
    await this.#deps.client
      .resource(services)
      .patch({ namespace, name }, { type: 'merge', patch: { metadata: { resourceVersion, finalizers } } }, { signal });
  }

  /** @returns the Service as it is then; undefined if it is gone, which has no status */
  async #writeStatus(service: ReadonlyService, status: LoadBalancerStatus, signal: AbortSignal): Promise<ReadonlyService | undefined> {
    const ingress = status.ingress ?? [];
    if (deepEqual(service.status?.loadBalancer?.ingress ?? [], ingress)) return service;
    const { name, namespace, uid } = service.metadata;
    const patch = { metadata: { uid }, status: { loadBalancer: { ingress: ingress.length === 0 ? null : ingress } } };
    try {
      return await this.#deps.client
        .resource(services)
        .patch({ namespace, name }, { type: 'merge', patch }, { subresource: 'status', signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  #warnOfNoNodes(service: ReadonlyService): void {
    this.#event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
  }

  #request(service: ReadonlyService, signal: AbortSignal): LoadBalancerRequest {
    return { clusterName: this.#deps.clusterName, service, signal };
  }

  #event(service: ReadonlyService, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#deps.recorder.event(service, type, reason, message);
  }
}

/** Says what was being done when something failed. */
class Failure extends Error {
  readonly code = 'LoadBalancerFailure';
}

/** @throws Failure; but a lost race stays one */
async function attempt<T>(what: string, action: () => Promise<T> | T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (StatusError.is(error, 'Conflict')) throw error;
    throw new Failure(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** Undefined if the cloud leaves the Service to another controller. */
async function unlessElsewhere<T>(action: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ImplementedElsewhere) return undefined;
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
