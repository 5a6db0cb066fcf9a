import { nodes, type DeepReadonly, type Node } from '@keelson/api';
import { deepEqual, findCondition, formatTime, StatusError, type Cidr, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Routes, WantedRoute } from '@keelson/cloud';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { planRoutes } from './plan-routes';

/** The table is settled as a whole. */
const ROUTES: ObjectKey = 'routes';
const CREATED = { status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' };
const NOT_CREATED = { status: 'True', reason: 'NoRouteCreated', message: 'RouteController failed to create a route' };

type FailedRoute = WantedRoute & { readonly problem: string };

export interface NodeRouteControllerDeps {
  readonly client: ApiClient;
  readonly routes: Routes;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** `--cluster-name` */
  readonly clusterName: string;
  /** `--cluster-cidr` */
  readonly clusterCidrs: readonly Cidr[];
  /** `--route-reconciliation-period`, milliseconds. */
  readonly reconciliationPeriod: number;
}

/**
 * Keeps in the cloud a route to each node's pods, and says of each node whether there is one.
 * Source: k8s.io/cloud-provider/controllers/route.
 */
export class NodeRouteController implements Controller {
  readonly name = 'node-route';
  readonly #deps: NodeRouteControllerDeps;

  constructor(deps: NodeRouteControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.mapped(this.#deps.nodes, (_node, event) => (changesRoutes(event) ? [ROUTES] : []));
    watch.every(this.#deps.reconciliationPeriod, () => [ROUTES]);
  }

  async reconcile(_key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { clusterCidrs, clusterName, routes } = this.#deps;
    const present = this.#deps.nodes.list();
    const plan = planRoutes(present, await routes.list(clusterName, signal), clusterCidrs);
    const removals = await Promise.allSettled(plan.remove.map((route) => routes.delete(clusterName, route, signal)));
    const creations = await Promise.allSettled(plan.create.map((route) => routes.create(clusterName, route, signal)));
    const failed = plan.create.flatMap((route, index) => {
      const creation = creations[index];
      return creation?.status === 'rejected' ? [{ ...route, problem: messageOf(creation.reason) }] : [];
    });
    await Promise.all(present.map((node) => this.#tell(node, failed, signal)));
    const failures = [...removals, ...creations].filter((each) => each.status === 'rejected').map(({ reason }): unknown => reason);
    if (failures.length > 0) throw new AggregateError(failures, `could not settle ${failures.length} routes: ${String(failures[0])}`);
    return undefined;
  }

  async #tell(node: DeepReadonly<Node>, failed: readonly FailedRoute[], signal: AbortSignal): Promise<void> {
    const { name } = node.metadata;
    const lacking = failed.filter(({ targetNode }) => targetNode === name);
    for (const { destinationCIDR, nameHint, problem } of lacking)
      this.#deps.recorder.event(
        node,
        'Warning',
        'FailedToCreateRoute',
        `Could not create route ${nameHint} ${destinationCIDR} for node ${name}: ${problem}`,
      );
    // What has no pod CIDR yet is not spoken of.
    if ((node.spec.podCIDRs ?? []).length === 0) return;
    await this.#setCondition(node, lacking.length === 0 ? CREATED : NOT_CREATED, signal);
  }

  async #setCondition(node: DeepReadonly<Node>, wanted: typeof CREATED, signal: AbortSignal): Promise<void> {
    const present = findCondition(node.status?.conditions, 'NetworkUnavailable');
    if (present?.status === wanted.status && present.reason === wanted.reason) return;
    const now = formatTime(this.#deps.clock.now());
    const condition = { type: 'NetworkUnavailable', ...wanted, lastHeartbeatTime: now, lastTransitionTime: now };
    const { name, uid } = node.metadata;
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    try {
      await this.#deps.client.resource(nodes).patch({ name }, { type: 'strategic', patch }, { subresource: 'status', signal });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function changesRoutes(event: CacheEvent<Node>): boolean {
  if (event.type !== 'update') return true;
  const { object, previous } = event;
  return !deepEqual(object.spec.podCIDRs, previous.spec.podCIDRs) || !deepEqual(object.status?.addresses, previous.status?.addresses);
}
