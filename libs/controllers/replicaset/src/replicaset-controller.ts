import { pods, type DeepReadonly, type Pod } from '@keelson/api';
import { controllerOf, ownerReferenceTo, semanticEqual, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import {
  adoptersOf,
  claim,
  claimable,
  ExpectedPods,
  ORPHAN_INDEX,
  orphansByNamespace,
  podFromTemplate,
  podIsActive,
  rankForDeletion,
} from '@keelson/controller-pod-control';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import type { ReplicaKind, Replicated } from './replica-kinds';
import { computeStatus, nextAvailability } from './replicaset-status';

/** Creates or deletes at most this many pods per sync, so that one large set cannot starve the others. */
const BURST = 500;

export interface ReplicaSetControllerDeps<T extends Replicated> {
  readonly client: ApiClient;
  readonly kind: ReplicaKind<T>;
  readonly sets: Informer<T>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/**
 * Keeps the number of active pods of a ReplicaSet, or of a ReplicationController, at `spec.replicas`.
 * Level-triggered: every decision is computed from the caches, never from the event that woke it.
 */
export class ReplicaSetController<T extends Replicated> implements Controller {
  readonly name: string;
  readonly #deps: ReplicaSetControllerDeps<T>;

  /** Invariant: a set is never scaled while its own writes are still unseen. */
  readonly #podWrites: ExpectedPods;

  constructor(deps: ReplicaSetControllerDeps<T>) {
    this.#deps = deps;
    this.name = deps.kind.name;
    this.#podWrites = new ExpectedPods(deps);
    deps.pods.addIndex(ORPHAN_INDEX, orphansByNamespace);
  }

  watches(watch: Watches): void {
    const { kind, pods, sets } = this.#deps;
    watch.for(sets);
    watch.owned(pods, { by: kind.resource.kind, expectations: this.#podWrites.expectations });
    watch.mapped(pods, (pod, { type }) => (type === 'delete' ? [] : adoptersOf(pod, sets, kind.selectorOf)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const set = this.#deps.sets.get(key);
    if (set === undefined) {
      this.#podWrites.forget(key);
      return undefined;
    }
    const seen = this.#podWrites.seen(key);
    const owned = await this.#claimPods(set, signal);
    const scales = seen && set.metadata.deletionTimestamp === undefined;
    const failure = scales ? await this.#scale(set, owned.filter(podIsActive), signal) : undefined;
    await this.#writeStatus(set, { pods: owned, failure }, signal);
    if (failure !== undefined) throw failure;
    const requeueAfter = nextAvailability(set, owned, this.#deps.clock.now());
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  #claimPods(set: DeepReadonly<T>, signal: AbortSignal): Promise<DeepReadonly<Pod>[]> {
    const { client, kind, pods: informer } = this.#deps;
    const terms = { client, owner: set, ownerResource: kind.resource, resource: pods, selector: kind.selectorOf(set), signal };
    // Finished pods are left to whoever cleans them up.
    const candidates = claimable(informer, set).filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    return claim(candidates, terms);
  }

  /** @returns what went wrong; the status tells of it before the reconcile fails */
  async #scale(set: DeepReadonly<T>, active: readonly DeepReadonly<Pod>[], signal: AbortSignal): Promise<Error | undefined> {
    const { spec }: DeepReadonly<Replicated> = set;
    const missing = (spec.replicas ?? 1) - active.length;
    if (missing === 0) return undefined;
    if (missing > 0) {
      const draft = podFromTemplate(spec.template ?? {}, set, ownerReferenceTo(set, this.#deps.kind.resource));
      const drafts = Array.from({ length: Math.min(missing, BURST) }, () => draft);
      return (await this.#podWrites.create(set, drafts, signal)).error;
    }
    const ranked = rankForDeletion(active, this.#relatedPods(set), this.#deps.clock.now());
    return (await this.#podWrites.delete(set, ranked.slice(0, Math.min(-missing, BURST)), signal)).error;
  }

  /** The active pods of all sets of the same controller, such as the old and the new one of a Deployment. */
  #relatedPods(set: DeepReadonly<T>): DeepReadonly<Pod>[] {
    const { pods: informer, sets } = this.#deps;
    const controller = controllerOf(set);
    const siblings =
      controller === undefined ? [set] : sets.list(set.metadata.namespace).filter((other) => controllerOf(other)?.uid === controller.uid);
    return siblings.flatMap((sibling) => informer.byOwner(sibling)).filter(podIsActive);
  }

  async #writeStatus(
    set: DeepReadonly<T>,
    observed: { pods: readonly DeepReadonly<Pod>[]; failure: Error | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, clock, kind } = this.#deps;
    const next = kind.withStatus(set, computeStatus(set, { ...observed, now: clock.now() }));
    if (semanticEqual(next.status, set.status)) return;
    await client.resource(kind.resource).updateStatus(next, { signal });
  }
}
