import { nodes, type Node } from '@keelson/api';
import type { ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, Informer, Watches } from '@keelson/controller-runtime';

export const TTL_ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Up to how many nodes a time holds, and below how many it falls back to the one before; they overlap, lest it swing to and fro. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Infinity, seconds: 300 },
] as const;

export interface NodeTtlControllerDeps {
  readonly client: ApiClient;
  readonly nodes: Informer<Node>;
}

/** Notes on each node for how long its kubelet may keep a Secret or ConfigMap before it looks again: the longer the more nodes there are (pkg/controller/ttl). */
export class NodeTtlController implements Controller {
  readonly name = 'ttl';
  readonly #deps: NodeTtlControllerDeps;
  #step = 0;

  constructor(deps: NodeTtlControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.nodes);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<undefined> {
    const node = this.#deps.nodes.get(key);
    if (node === undefined) return;
    this.#step = stepFor(this.#deps.nodes.list().length, this.#step);
    const seconds = STEPS[this.#step]?.seconds ?? 0;
    const present = node.metadata.annotations?.[TTL_ANNOTATION];
    if (present !== undefined && present !== '' && Number(present) === seconds) return;
    const patch = { metadata: { annotations: { [TTL_ANNOTATION]: String(seconds) } } };
    await this.#deps.client.resource(nodes).patch({ name: key }, { type: 'strategic', patch }, { signal });
  }
}

/** The step for that many nodes, coming from step `from`. */
export function stepFor(count: number, from: number): number {
  let step = from;
  while (count > (STEPS[step]?.most ?? Infinity)) step += 1;
  while (count < (STEPS[step]?.least ?? 0)) step -= 1;
  return step;
}
