import { nodes, type DeepReadonly, type Node, type Taint } from '@keelson/api';
import { findCondition, objectKey, StatusError, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Instances } from '@keelson/cloud';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

const SHUTDOWN_TAINT: Taint = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

export interface CloudNodeLifecycleControllerDeps {
  readonly client: ApiClient;
  readonly instances: Instances;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  /** `--node-monitor-period`, milliseconds. */
  readonly monitorPeriod: number;
}

/**
 * Asks the cloud what became of nodes that are not ready: deletes those whose machine is gone, and taints those whose machine is switched off until
 * they are ready again. Source: k8s.io/cloud-provider/controllers/nodelifecycle.
 */
export class CloudNodeLifecycleController implements Controller {
  readonly name = 'cloud-node-lifecycle';
  readonly #deps: CloudNodeLifecycleControllerDeps;

  constructor(deps: CloudNodeLifecycleControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.reads(this.#deps.nodes);
    watch.every(this.#deps.monitorPeriod, () => this.#deps.nodes.list().map(({ metadata }) => objectKey(metadata)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const node = this.#deps.nodes.get(key);
    if (node === undefined) return undefined;
    if (findCondition(node.status?.conditions, 'Ready')?.status === 'True') await this.#setShutdownTaint(node, false, signal);
    else if (!(await this.#deps.instances.exists(node, signal))) await this.#delete(node, signal);
    else if (await this.#deps.instances.isShutdown(node, signal)) await this.#setShutdownTaint(node, true, signal);
    return undefined;
  }

  async #delete(node: DeepReadonly<Node>, signal: AbortSignal): Promise<void> {
    const { name, uid } = node.metadata;
    const { client, recorder } = this.#deps;
    recorder.event(node, 'Normal', 'DeletingNode', `Deleting node ${name} because it does not exist in the cloud provider`);
    try {
      // A node of the same name that registered since is another machine.
      await client.resource(nodes).delete({ name }, { preconditions: { uid }, signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return;
      recorder.event(node, 'Warning', 'DeletingNodeFailed', `Failed deleting node ${name}: ${String(error)}`);
      throw error;
    }
  }

  async #setShutdownTaint(node: DeepReadonly<Node>, wanted: boolean, signal: AbortSignal): Promise<void> {
    const present = node.spec.taints ?? [];
    const others = present.filter(({ effect, key }) => key !== SHUTDOWN_TAINT.key || effect !== SHUTDOWN_TAINT.effect);
    if (wanted === others.length < present.length) return;
    const { name, resourceVersion } = node.metadata;
    const taints = wanted ? [...others, SHUTDOWN_TAINT] : others;
    // The list is replaced as a whole: only as it was seen.
    await this.#deps.client
      .resource(nodes)
      .patch({ name }, { type: 'merge', patch: { metadata: { resourceVersion }, spec: { taints } } }, { signal });
  }
}
