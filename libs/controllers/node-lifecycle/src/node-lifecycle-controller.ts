import { nodes, pods, type DeepReadonly, type Lease, type Node, type Pod } from '@keelson/api';
import { findCondition, formatTime, objectKey, StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { NODE_NAME_INDEX, podsByNode } from '@keelson/controller-pod-control';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { NodeHealth, silentConditions } from './node-health';
import { evictionTaint, settleTaints } from './node-taints';
import { ZoneEvictions, type EvictionRates } from './zone-evictions';

/** Where nodes keep their leases. */
export const LEASE_NAMESPACE = 'kube-node-lease';

export interface NodeLifecycleControllerOptions {
  /** `--node-monitor-grace-period`, milliseconds: a node that is silent for longer is not ready. */
  readonly monitorGracePeriod: number;
  /** `--node-startup-grace-period`, milliseconds: the same for a node that never said whether it is ready, from its creation. */
  readonly startupGracePeriod: number;
  /** `--node-monitor-period`, milliseconds. */
  readonly monitorPeriod: number;
  readonly rates: EvictionRates;
}

export interface NodeLifecycleControllerDeps {
  readonly client: ApiClient;
  readonly nodes: Informer<Node>;
  /** Of the namespace `kube-node-lease`. */
  readonly leases: Informer<Lease>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly options: NodeLifecycleControllerOptions;
}

/**
 * Watches whether nodes live: marks silent ones, taints those that are not ready or short of something, and says of their pods that they are not
 * ready (pkg/controller/nodelifecycle). Level-triggered: everything is computed from the node, its lease, and when that last changed.
 */
export class NodeLifecycleController implements Controller {
  readonly name = 'node-lifecycle';
  readonly #deps: NodeLifecycleControllerDeps;
  readonly #health = new NodeHealth();
  readonly #evictions: ZoneEvictions;
  /** The nodes whose coming was told, by name. */
  readonly #known = new Map<ObjectKey, DeepReadonly<Node>>();
  /** The nodes whose pods may be driven off, as was decided at the rate of their zones, but which do not have the taint yet: a lost race costs no second turn. */
  readonly #granted = new Set<string>();

  constructor(deps: NodeLifecycleControllerDeps) {
    this.#deps = deps;
    this.#evictions = new ZoneEvictions(deps.options.rates, deps.clock);
    deps.pods.addIndex(NODE_NAME_INDEX, podsByNode);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.nodes);
    watch.every(this.#deps.options.monitorPeriod, () => this.#deps.nodes.list().map(({ metadata }) => metadata.name));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const node = this.#deps.nodes.get(key);
    this.#tellOfChange(key, node);
    if (node === undefined) {
      this.#health.forget(key);
      this.#granted.delete(key);
      return undefined;
    }
    const now = this.#deps.clock.now();
    const current = this.#isSilent(node, now) ? await this.#markSilent(node, now, signal) : node;
    await this.#taint(current, now, signal);
    if (findCondition(current.status?.conditions, 'Ready')?.status !== 'True') await this.#markPods(current, now, signal);
    return undefined;
  }

  #tellOfChange(key: ObjectKey, node: DeepReadonly<Node> | undefined): void {
    const { recorder } = this.#deps;
    const known = this.#known.get(key);
    if (node === undefined) this.#known.delete(key);
    else this.#known.set(key, node);
    if (node !== undefined && known === undefined)
      recorder.event(node, 'Normal', 'RegisteredNode', `Node ${key} event: Registered Node ${key} in Controller`);
    if (node === undefined && known !== undefined)
      recorder.event(known, 'Normal', 'RemovingNode', `Node ${key} event: Removing Node ${key} from Controller`);
  }

  #isSilent(node: DeepReadonly<Node>, now: number): boolean {
    const { monitorGracePeriod, startupGracePeriod } = this.#deps.options;
    if (findCondition(node.status?.conditions, 'Ready') === undefined)
      return now - Date.parse(node.metadata.creationTimestamp) > startupGracePeriod;
    const lease = this.#deps.leases.get(objectKey({ namespace: LEASE_NAMESPACE, name: node.metadata.name }));
    return this.#health.silence(node, lease, now) > monitorGracePeriod;
  }

  async #markSilent(node: DeepReadonly<Node>, now: number, signal: AbortSignal): Promise<DeepReadonly<Node>> {
    const conditions = silentConditions(node, now);
    if (conditions === undefined) return node;
    const next = structuredClone(node) as Node;
    next.status = { ...next.status, conditions };
    if (findCondition(node.status?.conditions, 'Ready')?.status === 'True')
      this.#deps.recorder.event(node, 'Normal', 'NodeNotReady', `Node ${node.metadata.name} status is now: NodeNotReady`);
    return this.#deps.client.resource(nodes).updateStatus(next, { signal });
  }

  async #taint(node: DeepReadonly<Node>, now: number, signal: AbortSignal): Promise<void> {
    const { name, resourceVersion } = node.metadata;
    const isDue = evictionTaint(node) !== undefined && !hasEvictionTaint(node);
    if (!isDue) this.#granted.delete(name);
    else if (!this.#granted.has(name) && this.#mayEvict(node, now)) this.#granted.add(name);
    const taints = settleTaints(node, { evict: this.#granted.has(name), now });
    if (taints === undefined) return;
    // Taints have no keys to merge by alone, so the list is replaced: only as it was seen.
    await this.#deps.client
      .resource(nodes)
      .patch({ name }, { type: 'merge', patch: { metadata: { resourceVersion }, spec: { taints } } }, { signal });
  }

  #mayEvict(node: DeepReadonly<Node>, now: number): boolean {
    const isIll = (each: DeepReadonly<Node>): boolean => evictionTaint(each) !== undefined || this.#isSilent(each, now);
    return this.#evictions.mayEvict(node, () => this.#deps.nodes.list(), isIll);
  }

  /** Services must not send anything to pods on a node that nobody hears of. */
  async #markPods(node: DeepReadonly<Node>, now: number, signal: AbortSignal): Promise<void> {
    const ready = this.#deps.pods
      .byIndex(NODE_NAME_INDEX, node.metadata.name)
      .filter(({ status }) => findCondition(status?.conditions, 'Ready')?.status === 'True');
    await Promise.all(ready.map((pod) => this.#markPod(pod, now, signal)));
  }

  async #markPod(pod: DeepReadonly<Pod>, now: number, signal: AbortSignal): Promise<void> {
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: formatTime(now) };
    const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
    try {
      await this.#deps.client.resource(pods).patch(pod.metadata, { type: 'strategic', patch }, { subresource: 'status', signal });
      this.#deps.recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }
}

const hasEvictionTaint = (node: DeepReadonly<Node>): boolean =>
  (node.spec.taints ?? []).some(({ effect, key }) => effect === 'NoExecute' && key === evictionTaint(node));
