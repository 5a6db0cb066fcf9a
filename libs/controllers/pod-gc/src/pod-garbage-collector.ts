import { nodes, pods, type DeepReadonly, type Node, type Pod } from '@keelson/api';
import { findCondition, formatTime, objectKey, StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { NODE_NAME_INDEX, podsByNode } from '@keelson/controller-pod-control';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

/** A node that is not in the cache may be one that the cache has not seen yet. */
const QUARANTINE_MILLISECONDS = 40_000;
/** Pods that have ended are counted at most this often, since counting them means going over all pods. */
const SWEEP_MILLISECONDS = 20_000;
/** The queue's key for the sweep; no pod has it, since theirs have a namespace. */
const SWEEP = '';

export interface PodGarbageCollectorDeps {
  readonly client: ApiClient;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly clock: Clock;
  /** How many pods that have ended may lie about (`--terminated-pod-gc-threshold`); 0 for any number. */
  readonly terminatedPodThreshold: number;
}

/**
 * Deletes pods that nobody else will: those of nodes that are gone, those that were deleted before they had a node, and the oldest of too many
 * that have ended (pkg/controller/podgc). Where upstream goes over all pods every 20 seconds, a pod is looked at here when it or its node changes.
 */
export class PodGarbageCollector implements Controller {
  readonly name = 'pod-garbage-collector';
  readonly #deps: PodGarbageCollectorDeps;
  /** When a pod's node was first missed. Monotonic, by the pod's key. */
  readonly #missedSince = new Map<ObjectKey, number>();
  #sweptAt = -Infinity;

  constructor(deps: PodGarbageCollectorDeps) {
    this.#deps = deps;
    deps.pods.addIndex(NODE_NAME_INDEX, podsByNode);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.pods);
    watch.mapped(this.#deps.pods, (pod) => (hasEnded(pod) ? [SWEEP] : []));
    watch.mapped(this.#deps.nodes, ({ metadata }, { type }) =>
      type === 'delete' ? this.#deps.pods.byIndex(NODE_NAME_INDEX, metadata.name).map((pod) => objectKey(pod.metadata)) : [],
    );
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    if (key === SWEEP) return this.#sweep(signal);
    const pod = this.#deps.pods.get(key);
    if (pod === undefined || this.#hasNode(pod)) {
      this.#missedSince.delete(key);
      return undefined;
    }
    if (pod.spec.nodeName === undefined) {
      if (pod.metadata.deletionTimestamp !== undefined) await this.#delete(pod, undefined, signal);
      return undefined;
    }
    return this.#collectOrphan(key, pod, signal);
  }

  #hasNode({ spec }: DeepReadonly<Pod>): boolean {
    return spec.nodeName !== undefined && this.#deps.nodes.get(spec.nodeName) !== undefined;
  }

  async #collectOrphan(key: ObjectKey, pod: DeepReadonly<Pod>, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { client, clock } = this.#deps;
    const since = this.#missedSince.get(key) ?? clock.monotonic();
    this.#missedSince.set(key, since);
    const wait = since + QUARANTINE_MILLISECONDS - clock.monotonic();
    if (wait > 0) return { requeueAfter: wait };
    // The cache may lag behind; only the server knows that a node is gone.
    const isThere = await client
      .resource(nodes)
      .get({ name: pod.spec.nodeName ?? '' }, { signal })
      .then(
        () => true,
        (error: unknown) => {
          if (StatusError.is(error, 'NotFound')) return false;
          throw error;
        },
      );
    if (!isThere) await this.#delete(pod, 'PodGC: node no longer exists', signal);
    this.#missedSince.delete(key);
    return undefined;
  }

  async #sweep(signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { clock, pods: informer, terminatedPodThreshold } = this.#deps;
    if (terminatedPodThreshold <= 0) return undefined;
    const wait = this.#sweptAt + SWEEP_MILLISECONDS - clock.monotonic();
    if (wait > 0) return { requeueAfter: wait };
    this.#sweptAt = clock.monotonic();
    const ended = informer.list().filter((pod) => hasEnded(pod) && pod.metadata.deletionTimestamp === undefined);
    if (ended.length <= terminatedPodThreshold) return undefined;
    const oldestFirst = ended.sort((a, b) => createdAt(a) - createdAt(b));
    for (const pod of oldestFirst.slice(0, ended.length - terminatedPodThreshold)) await this.#delete(pod, undefined, signal);
    return undefined;
  }

  /** @param disruption why a pod that had not ended is made to have failed first; undefined to leave its status */
  async #delete(pod: DeepReadonly<Pod>, disruption: string | undefined, signal: AbortSignal): Promise<void> {
    const client = this.#deps.client.resource(pods);
    const { metadata } = pod;
    try {
      if (disruption !== undefined && !hasEnded(pod)) {
        const patch = { metadata: { uid: metadata.uid }, status: { phase: 'Failed', conditions: this.#conditions(pod, disruption) } };
        await client.patch(metadata, { type: 'strategic', patch }, { subresource: 'status', signal });
      }
      await client.delete(metadata, { preconditions: { uid: metadata.uid }, gracePeriodSeconds: 0, signal });
    } catch (error) {
      // Gone, or another of its name stands there now.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }

  #conditions({ status }: DeepReadonly<Pod>, message: string): object[] {
    if (findCondition(status?.conditions, 'DisruptionTarget')?.status === 'True') return [];
    const lastTransitionTime = formatTime(this.#deps.clock.now());
    return [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message, lastTransitionTime }];
  }
}

function hasEnded({ status }: DeepReadonly<Pod>): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

const createdAt = ({ metadata }: DeepReadonly<Pod>): number => Date.parse(metadata.creationTimestamp);
