import { nodes, type DeepReadonly, type Node } from '@keelson/api';
import type { ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { CidrPool } from './cidr-pool';

export interface NodeIpamControllerOptions {
  /** `--cluster-cidr`, one or one of each family, with the mask size of a node's block: `--node-cidr-mask-size`. */
  readonly clusterCidrs: readonly { readonly cidr: string; readonly nodeMaskSize: number }[];
  /** `--service-cluster-ip-range`: never given to a node. */
  readonly serviceCidrs: readonly string[];
}

export interface NodeIpamControllerDeps {
  readonly client: ApiClient;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  readonly options: NodeIpamControllerOptions;
}

/** Gives each Node a block of the cluster's pod addresses, never one twice. Source: pkg/controller/nodeipam (RangeAllocator). */
export class NodeIpamController implements Controller {
  readonly name = 'node-ipam';
  readonly #deps: NodeIpamControllerDeps;
  readonly #pools: readonly CidrPool[];
  /** What is given to each node and not given back, by uid; the node itself may not have it written down yet. */
  readonly #given = new Map<string, readonly string[]>();

  /** @throws RangeError if a CIDR or mask size makes no sense */
  constructor(deps: NodeIpamControllerDeps) {
    this.#deps = deps;
    this.#pools = deps.options.clusterCidrs.map(({ cidr, nodeMaskSize }) => new CidrPool(cidr, nodeMaskSize));
    for (const pool of this.#pools) for (const cidr of deps.options.serviceCidrs) pool.occupy(cidr);
  }

  watches(watch: Watches): void {
    // The caches sync before the first reconcile, so what all nodes have is occupied before anything is given out.
    watch.mapped(this.#deps.nodes, (node, event) => this.#observe(node, event));
  }

  async reconcile(name: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const node = this.#deps.nodes.get(name);
    if (node === undefined || node.metadata.deletionTimestamp !== undefined || cidrsOf(node).length > 0) return undefined;
    const cidrs = this.#given.get(node.metadata.uid) ?? this.#allocate(node);
    this.#given.set(node.metadata.uid, cidrs);
    const { uid } = node.metadata;
    // Kept when the write fails: it may have taken effect all the same.
    const patch = { metadata: { uid }, spec: { podCIDR: cidrs[0], podCIDRs: cidrs } };
    await this.#deps.client.resource(nodes).patch({ name }, { type: 'strategic', patch }, { signal });
    return undefined;
  }

  #observe(node: DeepReadonly<Node>, { type }: CacheEvent<Node>): ObjectKey[] {
    const { uid, name } = node.metadata;
    const cidrs = cidrsOf(node);
    if (type === 'delete') {
      for (const cidr of this.#given.get(uid) ?? []) for (const pool of this.#pools) pool.release(cidr);
      this.#given.delete(uid);
      return [];
    }
    if (cidrs.length === 0) return [name];
    for (const cidr of cidrs) for (const pool of this.#pools) pool.occupy(cidr);
    this.#given.set(uid, cidrs);
    return [];
  }

  /** One block of each family, or none at all. */
  #allocate(node: DeepReadonly<Node>): readonly string[] {
    const cidrs: string[] = [];
    for (const pool of this.#pools) {
      const cidr = pool.allocate();
      if (cidr !== undefined) cidrs.push(cidr);
    }
    if (cidrs.length === this.#pools.length) return cidrs;
    for (const cidr of cidrs) for (const pool of this.#pools) pool.release(cidr);
    this.#deps.recorder.event(node, 'Normal', 'CIDRNotAvailable', `Node ${node.metadata.name} status is now: CIDRNotAvailable`);
    throw new Error(`no pod CIDR is left for node ${node.metadata.name}: enlarge --cluster-cidr, or delete nodes`);
  }
}

function cidrsOf({ spec }: DeepReadonly<Node>): readonly string[] {
  if (spec.podCIDRs !== undefined && spec.podCIDRs.length > 0) return spec.podCIDRs;
  return spec.podCIDR === undefined || spec.podCIDR === '' ? [] : [spec.podCIDR];
}
