import { pods, replicasets, type DeepReadonly, type Pod, type ReplicaSet } from '@keelson/api';
import {
  controllerOf,
  LabelMatcher,
  objectKey,
  ownerReferenceTo,
  semanticEqual,
  StatusError,
  type Clock,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import {
  asError,
  claim,
  namespaceIsTerminating,
  PodControl,
  podFromTemplate,
  podIsActive,
  rankForDeletion,
  slowStart,
} from '@keelson/controller-pod-control';
import {
  Expectations,
  type Controller,
  type EventRecorder,
  type Informer,
  type ReconcileAgain,
  type Watches,
} from '@keelson/controller-runtime';
import { computeStatus, nextAvailability } from './replicaset-status';

/** Creates or deletes at most this many pods per sync, so that one large set cannot starve the others. */
const BURST = 500;

export interface ReplicaSetControllerDeps {
  readonly client: ApiClient;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/**
 * Keeps the number of a ReplicaSet's active pods at `spec.replicas`.
 * Level-triggered: every decision is computed from the caches, never from the event that woke it.
 */
export class ReplicaSetController implements Controller {
  readonly name = 'replicaset';
  readonly #deps: ReplicaSetControllerDeps;
  readonly #podControl: PodControl;

  /** Pods asked for and not yet seen in the cache, per set. Invariant: a set is never scaled while its own writes are still unseen. */
  readonly #expectations: Expectations;

  constructor(deps: ReplicaSetControllerDeps) {
    this.#deps = deps;
    this.#podControl = new PodControl(deps);
    this.#expectations = new Expectations(deps.clock);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.replicaSets);
    watch.owned(this.#deps.pods, { by: 'ReplicaSet', expectations: this.#expectations });
    watch.mapped(this.#deps.pods, (pod, { type }) => (type === 'delete' ? [] : this.#mayBeAdoptedBy(pod)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const set = this.#deps.replicaSets.get(key);
    if (set === undefined) {
      this.#expectations.forget(key);
      return undefined;
    }
    const fulfilled = this.#expectations.fulfilled(key);
    const owned = await this.#claimPods(set, signal);
    const scales = fulfilled && set.metadata.deletionTimestamp === undefined;
    const failure = scales ? await this.#scale(set, owned.filter(podIsActive), signal) : undefined;
    await this.#writeStatus(set, { pods: owned, failure }, signal);
    if (failure !== undefined) throw failure;
    const requeueAfter = nextAvailability(set, owned, this.#deps.clock.now());
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  #mayBeAdoptedBy(pod: DeepReadonly<Pod>): ObjectKey[] {
    if (controllerOf(pod) !== undefined) return [];
    const sets = this.#deps.replicaSets.list(pod.metadata.namespace);
    return sets
      .filter(({ spec }) => LabelMatcher.of(spec.selector).matches(pod.metadata.labels ?? {}))
      .map(({ metadata }) => objectKey(metadata));
  }

  #claimPods(set: DeepReadonly<ReplicaSet>, signal: AbortSignal): Promise<DeepReadonly<Pod>[]> {
    const { client } = this.#deps;
    const terms = { client, owner: set, ownerResource: replicasets, resource: pods, selector: set.spec.selector, signal };
    // Finished pods are left to whoever cleans them up.
    const candidates = this.#deps.pods
      .list(set.metadata.namespace)
      .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    return claim(candidates, terms);
  }

  /** @returns what went wrong; the status tells of it before the reconcile fails */
  async #scale(set: DeepReadonly<ReplicaSet>, active: readonly DeepReadonly<Pod>[], signal: AbortSignal): Promise<Error | undefined> {
    const missing = (set.spec.replicas ?? 1) - active.length;
    if (missing > 0) return this.#createPods(set, Math.min(missing, BURST), signal);
    if (missing === 0) return undefined;
    const ranked = rankForDeletion(active, this.#relatedPods(set), this.#deps.clock.now());
    return this.#deletePods(set, ranked.slice(0, Math.min(-missing, BURST)), signal);
  }

  async #createPods(set: DeepReadonly<ReplicaSet>, count: number, signal: AbortSignal): Promise<Error | undefined> {
    const key = objectKey(set.metadata);
    const controller = ownerReferenceTo(set, replicasets);
    this.#expectations.expectCreations(key, count);
    const { succeeded, error } = await slowStart(count, () =>
      this.#podControl.create(set, podFromTemplate(set.spec.template ?? {}, set, controller), signal),
    );
    for (let failed = succeeded; failed < count; failed += 1) this.#expectations.creationSeen(key);
    return namespaceIsTerminating(error) ? undefined : error;
  }

  async #deletePods(set: DeepReadonly<ReplicaSet>, doomed: readonly DeepReadonly<Pod>[], signal: AbortSignal): Promise<Error | undefined> {
    const key = objectKey(set.metadata);
    this.#expectations.expectDeletions(
      key,
      doomed.map(({ metadata }) => metadata.uid),
    );
    const errors = await Promise.all(
      doomed.map(async (pod) => {
        try {
          await this.#podControl.delete(set, pod, signal);
          return undefined;
        } catch (error) {
          this.#expectations.deletionSeen(key, pod.metadata.uid);
          return StatusError.is(error, 'NotFound') ? undefined : asError(error);
        }
      }),
    );
    return errors.find((error) => error !== undefined);
  }

  /** The active pods of all sets of the same controller, such as the old and the new one of a Deployment. */
  #relatedPods(set: DeepReadonly<ReplicaSet>): DeepReadonly<Pod>[] {
    const controller = controllerOf(set);
    const siblings =
      controller === undefined
        ? [set]
        : this.#deps.replicaSets.list(set.metadata.namespace).filter((other) => controllerOf(other)?.uid === controller.uid);
    return siblings.flatMap((sibling) => this.#deps.pods.byOwner(sibling)).filter(podIsActive);
  }

  async #writeStatus(
    set: DeepReadonly<ReplicaSet>,
    observed: { pods: readonly DeepReadonly<Pod>[]; failure: Error | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const status = computeStatus(set, { ...observed, now: this.#deps.clock.now() });
    if (semanticEqual(status, set.status)) return;
    await this.#deps.client.resource(replicasets).updateStatus({ ...(structuredClone(set) as ReplicaSet), status }, { signal });
  }
}
