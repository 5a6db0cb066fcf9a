import { pods, tolerates, type DeepReadonly, type Node, type Pod, type Taint, type Toleration } from '@keelson/api';
import { findCondition, formatTime, objectKey, StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { NODE_NAME_INDEX, podsByNode } from '@keelson/controller-pod-control';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';

export interface TaintEvictionControllerDeps {
  readonly client: ApiClient;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** A pod that is to go, but not yet. */
interface Departure {
  readonly pod: DeepReadonly<Pod>;
  /** When it was first seen that it has to go. */
  readonly since: number;
}

/** How long a pod may stay: milliseconds, or for good. */
export type Stay = number | 'for-good';

/**
 * Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer (pkg/controller/tainteviction). How long they may stay
 * counts from the taint's own time, so a restart of this controller grants nobody more; where it has none, as one that a person put there, from when it was seen.
 */
export class TaintEvictionController implements Controller {
  readonly name = 'taint-eviction';
  readonly #deps: TaintEvictionControllerDeps;
  readonly #departures = new Map<ObjectKey, Departure>();

  constructor(deps: TaintEvictionControllerDeps) {
    this.#deps = deps;
    deps.pods.addIndex(NODE_NAME_INDEX, podsByNode);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.pods);
    watch.mapped(this.#deps.nodes, ({ metadata }) =>
      this.#deps.pods.byIndex(NODE_NAME_INDEX, metadata.name).map((pod) => objectKey(pod.metadata)),
    );
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const pod = this.#deps.pods.get(key);
    const node = pod?.spec.nodeName === undefined ? undefined : this.#deps.nodes.get(pod.spec.nodeName);
    if (pod === undefined || node === undefined) {
      this.#takeBack(key);
      return undefined;
    }
    if (pod.metadata.deletionTimestamp !== undefined) return undefined;
    const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
    const now = this.#deps.clock.now();
    const since = this.#departures.get(key)?.since ?? now;
    const stay = stayOf(pod.spec.tolerations ?? [], taints, { now, since });
    if (stay === 'for-good') {
      this.#takeBack(key);
      return undefined;
    }
    if (stay > 0) {
      this.#departures.set(key, { pod, since });
      return { requeueAfter: stay };
    }
    await this.#evict(pod, signal);
    this.#departures.delete(key);
    return undefined;
  }

  /** Takes back that the pod is to go, which is told. */
  #takeBack(key: ObjectKey): void {
    const departure = this.#departures.get(key);
    if (departure === undefined) return;
    this.#departures.delete(key);
    this.#deps.recorder.event(departure.pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  async #evict(pod: DeepReadonly<Pod>, signal: AbortSignal): Promise<void> {
    const { client, clock, recorder } = this.#deps;
    const { metadata } = pod;
    recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${objectKey(metadata)}`);
    try {
      if (findCondition(pod.status?.conditions, 'DisruptionTarget')?.status !== 'True') {
        const reason = { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };
        const condition = { type: 'DisruptionTarget', status: 'True', ...reason, lastTransitionTime: formatTime(clock.now()) };
        const patch = { metadata: { uid: metadata.uid }, status: { conditions: [condition] } };
        await client.resource(pods).patch(metadata, { type: 'strategic', patch }, { subresource: 'status', signal });
      }
      await client.resource(pods).delete(metadata, { preconditions: { uid: metadata.uid }, signal });
    } catch (error) {
      // Gone, or another of its name stands there now: either way it is off the node.
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }
}

/** How long a pod with these tolerations may stay under these taints, all of effect NoExecute. @param times `since` stands in for the time of a taint that has none */
export function stayOf(
  tolerations: readonly DeepReadonly<Toleration>[],
  taints: readonly DeepReadonly<Taint>[],
  times: { readonly now: number; readonly since: number },
): Stay {
  const stays = taints.map((taint) => stayUnder(taint, tolerations, times));
  const limited = stays.filter((stay) => stay !== 'for-good');
  return limited.length === 0 ? 'for-good' : Math.max(0, Math.min(...limited));
}

function stayUnder(
  taint: DeepReadonly<Taint>,
  tolerations: readonly DeepReadonly<Toleration>[],
  { now, since }: { readonly now: number; readonly since: number },
): Stay {
  const fitting = tolerations.filter((toleration) => tolerates(toleration, taint));
  if (fitting.length === 0) return 0;
  const seconds = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  if (seconds.length === 0) return 'for-good';
  const from = taint.timeAdded === undefined ? since : Date.parse(taint.timeAdded);
  return from + Math.max(0, Math.min(...seconds)) * 1000 - now;
}
