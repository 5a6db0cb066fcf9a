import { MAX_NODE_SCORE, type ScorePlugin } from '../../framework/plugin';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import type { SchedulerCache } from '../../state/scheduler-cache';

/** In bytes: less is not worth a preference, and more for one container does not raise it. */
const MIN_BYTES = 23 * 1024 * 1024;
const MAX_BYTES_PER_CONTAINER = 1000 * 1024 * 1024;

/**
 * Prefers nodes that have the pod's images, the larger the more. An image counts by the part of the nodes that have it, lest all pods
 * gather on the one node that pulled it first.
 */
export class ImageLocality implements ScorePlugin {
  readonly name = 'ImageLocality';
  readonly #cache: Pick<SchedulerCache, 'images' | 'nodes'>;

  constructor(cache: Pick<SchedulerCache, 'images' | 'nodes'>) {
    this.#cache = cache;
  }

  score({ images, pod }: PodState, node: NodeState): number {
    const nodeCount = this.#cache.nodes.length;
    let bytes = 0;
    for (const name of images) {
      const size = node.images.get(name);
      if (size !== undefined) bytes += Math.trunc((size * this.#cache.images.nodesWith(name)) / nodeCount);
    }
    const most = MAX_BYTES_PER_CONTAINER * (pod.spec.containers.length + (pod.spec.initContainers ?? []).length);
    const within = Math.min(Math.max(bytes, MIN_BYTES), most);
    return Math.trunc((MAX_NODE_SCORE * (within - MIN_BYTES)) / (most - MIN_BYTES));
  }
}
