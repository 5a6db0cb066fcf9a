import {
  pods,
  statefulsets,
  type ControllerRevision,
  type DeepReadonly,
  type PersistentVolumeClaim,
  type Pod,
  type StatefulSet,
} from '@keelson/api';
import { objectKey, semanticEqual, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { adoptersOf, claim, claimable, ORPHAN_INDEX, orphansByNamespace, slowStart } from '@keelson/controller-pod-control';
import { REVISION_HASH_LABEL, RevisionHistory } from '@keelson/controller-revision-history';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { arrange, isAvailable, isOrdered, versionFor, type Arrangement, type Condemned, type Replica, type Revisions } from './arrangement';
import { ordinalOf } from './ordinals';
import { StatefulPodControl } from './stateful-pod-control';
import { isRunningAndReady, revisionOf } from './stateful-pods';
import { computeStatus, nextAvailability } from './statefulset-status';

const DEFAULT_HISTORY_LIMIT = 10;

export interface StatefulSetControllerDeps {
  readonly client: ApiClient;
  readonly sets: Informer<StatefulSet>;
  readonly pods: Informer<Pod>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly revisions: Informer<ControllerRevision>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** All that one reconcile decides from. */
interface Situation extends Arrangement {
  readonly set: DeepReadonly<StatefulSet>;
  readonly revisions: Revisions;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Whether the next step may be taken, or something has to be waited for first, whose change then wakes the set. */
type Step = 'done' | 'wait';

/**
 * Gives each ordinal of a StatefulSet a pod and its storage, in order unless told otherwise, and takes pods to a new template from the
 * highest ordinal down (pkg/controller/statefulset). Level-triggered: every decision is computed from the caches.
 */
export class StatefulSetController implements Controller {
  readonly name = 'statefulset';
  readonly #deps: StatefulSetControllerDeps;
  readonly #history: RevisionHistory<StatefulSet>;

  /** Invariant: a set is left alone while its own writes of pods are still unseen. */
  readonly #podControl: StatefulPodControl;

  /** The version of each set last written. Invariant: no decision is made on an older one, whose status would tell of another update. */
  readonly #written = new Map<ObjectKey, string>();

  constructor(deps: StatefulSetControllerDeps) {
    this.#deps = deps;
    this.#podControl = new StatefulPodControl(deps);
    this.#history = new RevisionHistory({ ...deps, ownerResource: statefulsets, hashLabel: REVISION_HASH_LABEL });
    deps.pods.addIndex(ORPHAN_INDEX, orphansByNamespace);
  }

  watches(watch: Watches): void {
    const { claims, pods: podInformer, revisions, sets } = this.#deps;
    watch.for(sets);
    watch.owned(podInformer, { by: 'StatefulSet', expectations: this.#podControl.expectations });
    watch.mapped(podInformer, (pod, { type }) => (type === 'delete' ? [] : adoptersOf(pod, sets, ({ spec }) => spec.selector)));
    // A pod may wait until the claim of the one before it is gone.
    watch.mapped(claims, (gone, { type }) => (type === 'delete' ? this.#claimants(gone) : []));
    watch.reads(revisions);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const set = this.#deps.sets.get(key);
    if (set === undefined) {
      this.#podControl.expectations.forget(key);
      this.#written.delete(key);
      return undefined;
    }
    const isOutdated = BigInt(set.metadata.resourceVersion) < BigInt(this.#written.get(key) ?? '0');
    if (isOutdated || !this.#podControl.expectations.fulfilled(key)) return undefined;
    const history = await this.#history.list(set, set.spec.selector, signal);
    const owned = await this.#claimPods(set, signal);
    const { collisionCount, ...revisions } = await this.#revisionsOf(set, history, signal);
    const now = this.#deps.clock.now();
    const situation: Situation = { set, revisions, now, signal, ...arrange(set, owned) };
    const isAlive = set.metadata.deletionTimestamp === undefined;
    const { failure, withdrawn } = isAlive ? await outcomeOf(this.#manage(situation)) : NOTHING;
    await this.#writeStatus(situation, { collisionCount, withdrawn });
    const names = new Set([revisions.current.metadata.name, revisions.update.metadata.name, ...owned.map(revisionOf)]);
    const limit = set.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
    await this.#history.truncate(history, { inUse: ({ metadata }) => names.has(metadata.name), limit }, signal);
    if (failure !== undefined) throw failure;
    const requeueAfter = nextAvailability(set, owned, now);
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  #claimants({ metadata }: DeepReadonly<PersistentVolumeClaim>): ObjectKey[] {
    const isFor = ({ metadata: { name }, spec }: DeepReadonly<StatefulSet>): boolean =>
      (spec.volumeClaimTemplates ?? []).some((template) => metadata.name.startsWith(`${template.metadata.name}-${name}-`));
    return this.#deps.sets
      .list(metadata.namespace)
      .filter(isFor)
      .map((set) => objectKey(set.metadata));
  }

  #claimPods(set: DeepReadonly<StatefulSet>, signal: AbortSignal): Promise<DeepReadonly<Pod>[]> {
    const terms = {
      client: this.#deps.client,
      owner: set,
      ownerResource: statefulsets,
      resource: pods,
      selector: set.spec.selector,
      signal,
    };
    return claim(claimable(this.#deps.pods, set), { ...terms, belongs: (pod) => ordinalOf(set, pod) !== undefined });
  }

  async #revisionsOf(
    set: DeepReadonly<StatefulSet>,
    history: readonly DeepReadonly<ControllerRevision>[],
    signal: AbortSignal,
  ): Promise<Revisions & { readonly collisionCount: number }> {
    const wanted = { template: set.spec.template, collisionCount: set.status?.collisionCount ?? 0, revisions: history };
    const { collisionCount, revision: update } = await this.#history.newest(set, wanted, signal);
    const current = history.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    return { current, update, collisionCount };
  }

  /** Scaling goes before updating; each step is only taken when the one before has nothing to wait for. @returns the pod withdrawn to be updated */
  async #manage(situation: Situation): Promise<DeepReadonly<Pod> | undefined> {
    const { condemned, replicas, set, signal } = situation;
    const ordered = isOrdered(set);
    const steps = [
      () => forEach(replicas, ordered, (replica) => this.#keep(situation, replica)),
      () =>
        forEach(condemned, ordered, async ({ ordinal, pod }) => {
          await this.#podControl.correctClaims(set, { ordinal, uid: pod.metadata.uid }, signal);
          return 'done';
        }),
      () => forEach(condemned, ordered, (each) => this.#withdraw(situation, each)),
    ];
    for (const step of steps) if ((await step()) === 'wait') return undefined;
    return this.#update(situation);
  }

  /** Sees to it that an ordinal has a pod that runs. */
  async #keep({ now, revisions, set, signal }: Situation, { ordinal, pod }: Replica): Promise<Step> {
    if (pod === undefined) {
      if (!this.#podControl.hasLeftOverClaim(set, { ordinal, uid: undefined }))
        await this.#podControl.create(set, ordinal, { ...versionFor(set, ordinal, revisions), signal });
      return 'wait';
    }
    const { metadata, status } = pod;
    // A pod that ended is replaced however it ended: evicted pods, too, may have succeeded.
    if (status?.phase === 'Failed' || status?.phase === 'Succeeded') {
      if (metadata.deletionTimestamp === undefined) await this.#podControl.delete(set, pod, signal);
      return 'wait';
    }
    if (status?.phase === 'Pending') await this.#podControl.createClaims(set, { ordinal, uid: metadata.uid }, signal);
    if (isOrdered(set) && !(isRunningAndReady(pod) && isAvailable(set, pod, now))) return 'wait';
    await this.#podControl.correct(set, pod, { ordinal, signal });
    return 'done';
  }

  /** Deletes a pod that has to go: in order, one at a time, and with the others well but for the lowest, which may be what ails. */
  async #withdraw({ condemned, now, set, signal }: Situation, { pod }: Condemned): Promise<Step> {
    if (pod.metadata.deletionTimestamp !== undefined) return 'wait';
    const isWell = (each: DeepReadonly<Pod>): boolean => isRunningAndReady(each) && isAvailable(set, each, now);
    const lowestIll = condemned.findLast((each) => !isAvailable(set, each.pod, now));
    if (isOrdered(set) && !isWell(pod) && pod !== lowestIll?.pod) return 'wait';
    await this.#podControl.delete(set, pod, signal);
    return 'wait';
  }

  /** Deletes the highest pod that is not of the update revision, once those above it are well; it is made anew by the next reconciles. */
  async #update({ now, replicas, revisions, set, signal }: Situation): Promise<DeepReadonly<Pod> | undefined> {
    const { rollingUpdate, type } = set.spec.updateStrategy ?? {};
    if (type === 'OnDelete') return undefined;
    for (const { pod } of replicas.slice(rollingUpdate?.partition ?? 0).reverse()) {
      if (pod === undefined) return undefined;
      if (revisionOf(pod) !== revisions.update.metadata.name && pod.metadata.deletionTimestamp === undefined) {
        await this.#podControl.delete(set, pod, signal);
        return pod;
      }
      if (!isAvailable(set, pod, now)) return undefined;
    }
    return undefined;
  }

  async #writeStatus(
    { condemned, now, replicas, revisions, set, signal }: Situation,
    { collisionCount, withdrawn }: { readonly collisionCount: number; readonly withdrawn: DeepReadonly<Pod> | undefined },
  ): Promise<void> {
    const counted = [...replicas, ...condemned].flatMap(({ pod }) => pod ?? []);
    const { current, update } = revisions;
    const names = { currentRevision: current.metadata.name, updateRevision: update.metadata.name };
    const status = computeStatus(set, { pods: counted, withdrawn, ...names, collisionCount, now });
    if (semanticEqual(status, set.status)) return;
    const next = { ...(structuredClone(set) as StatefulSet), status };
    const { metadata } = await this.#deps.client.resource(statefulsets).updateStatus(next, { signal });
    this.#written.set(objectKey(metadata), metadata.resourceVersion);
  }
}

/** In order, it stops at the first that has to be waited for; else it acts on all, many at once, and only an error stops it. */
async function forEach<T>(items: readonly T[], ordered: boolean, act: (item: T) => Promise<Step>): Promise<Step> {
  if (ordered) {
    for (const item of items) if ((await act(item)) === 'wait') return 'wait';
    return 'done';
  }
  const queue = items.values();
  const { error } = await slowStart(items.length, async () => {
    const { value } = queue.next();
    if (value !== undefined) await act(value);
  });
  if (error !== undefined) throw error;
  return 'done';
}

/** What managing the pods came to; what went wrong is told in the status before the reconcile fails. */
interface Managed {
  readonly failure: Error | undefined;
  readonly withdrawn: DeepReadonly<Pod> | undefined;
}

const NOTHING: Managed = { failure: undefined, withdrawn: undefined };

async function outcomeOf(managing: Promise<DeepReadonly<Pod> | undefined>): Promise<Managed> {
  try {
    return { ...NOTHING, withdrawn: await managing };
  } catch (error) {
    return { ...NOTHING, failure: error instanceof Error ? error : new Error(String(error)) };
  }
}
