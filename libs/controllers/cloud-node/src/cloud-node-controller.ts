import { nodes, type DeepReadonly, type Node } from '@keelson/api';
import { objectKey, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { InstanceMetadata, Instances } from '@keelson/cloud';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { settleAddresses } from './node-addresses';
import { cloudLabels, staleLabels } from './node-labels';

const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';

export interface CloudNodeControllerDeps {
  readonly client: ApiClient;
  readonly instances: Instances;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** `--node-status-update-frequency`, milliseconds: how often the cloud is asked for a node's addresses. */
  readonly statusUpdateFrequency: number;
}

/**
 * Makes a node that registered for an external cloud a node of that cloud: gives it its id, its labels and addresses, and takes the taint off that
 * has kept pods away until then. Source: k8s.io/cloud-provider/controllers/node.
 */
export class CloudNodeController implements Controller {
  readonly name = 'cloud-node';
  readonly #deps: CloudNodeControllerDeps;
  /** When the cloud was last asked for a node's addresses; monotonic milliseconds. Nodes change often, and the cloud is not asked each time. */
  readonly #asked = new Map<ObjectKey, number>();

  constructor(deps: CloudNodeControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.nodes);
    watch.every(this.#deps.statusUpdateFrequency, () => this.#deps.nodes.list().map(({ metadata }) => objectKey(metadata)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const node = this.#deps.nodes.get(key);
    if (node === undefined) {
      this.#asked.delete(key);
      return undefined;
    }
    if ((node.spec.taints ?? []).some((taint) => taint.key === UNINITIALIZED)) await this.#initialize(key, node, signal);
    else {
      await this.#renewLabels(node, signal);
      if (this.#isDue(key)) await this.#renewAddresses(key, node, signal);
    }
    return undefined;
  }

  #isDue(key: ObjectKey): boolean {
    const last = this.#asked.get(key);
    return last === undefined || this.#deps.clock.monotonic() - last >= this.#deps.statusUpdateFrequency;
  }

  async #initialize(key: ObjectKey, node: DeepReadonly<Node>, signal: AbortSignal): Promise<void> {
    const instance = await this.#deps.instances.metadata(node, signal);
    if (instance === undefined) return;
    const { name, resourceVersion } = node.metadata;
    const providerID = (node.spec.providerID ?? '') === '' ? instance.providerID : (node.spec.providerID ?? '');
    if (providerID === '') throw new Error(`cloud provider does not set node provider ID for node ${name}`);
    // Found out before the taint is off: afterwards nobody would see that the kubelet was told a wrong address.
    settleAddresses(node, instance.nodeAddresses);
    const taints = (node.spec.taints ?? []).filter((taint) => taint.key !== UNINITIALIZED);
    const patch = { metadata: { resourceVersion, labels: cloudLabels(node, instance) }, spec: { providerID, taints } };
    const initialized = await this.#deps.client.resource(nodes).patch({ name }, { type: 'merge', patch }, { signal });
    await this.#writeAddresses(key, initialized, { instance, signal });
    this.#deps.recorder.event(node, 'Normal', 'Synced', 'Node synced successfully');
  }

  async #renewLabels(node: DeepReadonly<Node>, signal: AbortSignal): Promise<void> {
    const labels = staleLabels(node);
    if (Object.keys(labels).length === 0) return;
    const { name, uid } = node.metadata;
    await this.#deps.client.resource(nodes).patch({ name }, { type: 'merge', patch: { metadata: { uid, labels } } }, { signal });
  }

  async #renewAddresses(key: ObjectKey, node: DeepReadonly<Node>, signal: AbortSignal): Promise<void> {
    const instance = await this.#deps.instances.metadata(node, signal);
    if (instance !== undefined) await this.#writeAddresses(key, node, { instance, signal });
  }

  async #writeAddresses(
    key: ObjectKey,
    node: DeepReadonly<Node>,
    { instance, signal }: { readonly instance: InstanceMetadata; readonly signal: AbortSignal },
  ): Promise<void> {
    const addresses = settleAddresses(node, instance.nodeAddresses);
    const { name, uid } = node.metadata;
    if (addresses !== undefined) {
      const patch = { metadata: { uid }, status: { addresses } };
      await this.#deps.client.resource(nodes).patch({ name }, { type: 'merge', patch }, { subresource: 'status', signal });
    }
    this.#asked.set(key, this.#deps.clock.monotonic());
  }
}
