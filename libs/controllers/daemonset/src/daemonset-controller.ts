import { daemonsets, pods, type ControllerRevision, type DaemonSet, type DeepReadonly, type Node, type Pod } from '@keelson/api';
import { objectKey, semanticEqual, type Clock, type ObjectKey } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { adoptersOf, claim, claimable, ExpectedPods, ORPHAN_INDEX, orphansByNamespace } from '@keelson/controller-pod-control';
import { RevisionHistory } from '@keelson/controller-revision-history';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { daemonNodes, placementOn, type DaemonNode } from './daemon-nodes';
import { HASH_LABEL, nodeOf, podOf } from './daemon-pods';
import { availabilityWaits, computeStatus } from './daemonset-status';
import { FailedPodBackoff } from './failed-pod-backoff';
import { planNode } from './node-plan';
import { planUpdate } from './rolling-update';

/** Creates and deletes at most this many pods each per reconcile. */
const BURST = 250;
const DEFAULT_HISTORY_LIMIT = 10;

export interface DaemonSetControllerDeps {
  readonly client: ApiClient;
  readonly daemonSets: Informer<DaemonSet>;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly revisions: Informer<ControllerRevision>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

type Revisions = readonly DeepReadonly<ControllerRevision>[];

/** All that one reconcile decides from. */
interface Situation {
  readonly daemonSet: DeepReadonly<DaemonSet>;
  readonly nodes: readonly DaemonNode[];
  /** Of the set's template. */
  readonly hash: string;
  readonly collisionCount: number;
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Runs one pod of a DaemonSet on every node that is fit for it, and takes pods to a new template node by node (pkg/controller/daemon).
 * Level-triggered: every decision is computed from the caches. Binding is the scheduler's: a pod names its node by affinity.
 */
export class DaemonSetController implements Controller {
  readonly name = 'daemonset';
  readonly #deps: DaemonSetControllerDeps;
  readonly #history: RevisionHistory<DaemonSet>;
  readonly #backoff = new FailedPodBackoff();

  /** Invariant: nothing is created or deleted for a set while its own writes are still unseen. */
  readonly #podWrites: ExpectedPods;

  constructor(deps: DaemonSetControllerDeps) {
    this.#deps = deps;
    this.#podWrites = new ExpectedPods(deps);
    this.#history = new RevisionHistory({ ...deps, ownerResource: daemonsets, hashLabel: HASH_LABEL });
    deps.pods.addIndex(ORPHAN_INDEX, orphansByNamespace);
  }

  watches(watch: Watches): void {
    const { daemonSets, nodes, pods: podInformer, revisions } = this.#deps;
    watch.for(daemonSets);
    watch.owned(podInformer, { by: 'DaemonSet', expectations: this.#podWrites.expectations });
    watch.mapped(podInformer, (pod, { type }) => (type === 'delete' ? [] : adoptersOf(pod, daemonSets, ({ spec }) => spec.selector)));
    watch.owned(revisions, { by: 'DaemonSet' });
    watch.mapped(nodes, (_, event) => this.#setsConcerned(event));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const daemonSet = this.#deps.daemonSets.get(key);
    if (daemonSet === undefined) {
      this.#podWrites.forget(key);
      this.#backoff.forget(key);
      return undefined;
    }
    // Its revisions may be gone already, and nothing could be told of its pods without them.
    if (daemonSet.metadata.deletionTimestamp !== undefined) return undefined;
    const acted = this.#podWrites.seen(key);
    const history = await this.#history.list(daemonSet, daemonSet.spec.selector, signal);
    const wanted = { template: daemonSet.spec.template, collisionCount: daemonSet.status?.collisionCount ?? 0, revisions: history };
    const { collisionCount, revision } = await this.#history.newest(daemonSet, wanted, signal);
    const hash = revision.metadata.labels?.[HASH_LABEL] ?? revision.metadata.name;
    const owned = await this.#claimPods(daemonSet, signal);
    const nodes = daemonNodes(daemonSet, this.#deps.nodes.list(), owned);
    const situation: Situation = { daemonSet, nodes, hash, collisionCount, now: this.#deps.clock.now(), signal };
    const managed = acted ? await this.#manage(situation) : { waits: [], error: undefined };
    await this.#truncateHistory(situation, { history, newest: revision, owned });
    await this.#writeStatus(situation, acted);
    if (managed.error !== undefined) throw managed.error;
    const waits = [...managed.waits, ...availabilityWaits(daemonSet, nodes, situation.now)];
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }

  /** The sets to which the node has become something else; heartbeats change nothing. */
  #setsConcerned(event: CacheEvent<Node>): ObjectKey[] {
    const concerned = (daemonSet: DeepReadonly<DaemonSet>): boolean => {
      const placement = placementOn(daemonSet, event.object);
      return placement !== (event.type === 'update' ? placementOn(daemonSet, event.previous) : 'leave');
    };
    const { daemonSets } = this.#deps;
    if (event.type === 'update' && isSame(event.object, event.previous)) return [];
    return daemonSets
      .list()
      .filter(concerned)
      .map(({ metadata }) => objectKey(metadata));
  }

  #claimPods(daemonSet: DeepReadonly<DaemonSet>, signal: AbortSignal): Promise<DeepReadonly<Pod>[]> {
    const { client } = this.#deps;
    const selector = daemonSet.spec.selector;
    const terms = { client, owner: daemonSet, ownerResource: daemonsets, resource: pods, selector, signal };
    return claim(claimable(this.#deps.pods, daemonSet), terms);
  }

  /** Sees to it that every node has what it should; only where all have, the next step of an update is taken. */
  async #manage(situation: Situation): Promise<{ readonly waits: readonly number[]; readonly error: Error | undefined }> {
    const { daemonSet, hash, nodes, now } = situation;
    const waits: number[] = [];
    const doomed: DeepReadonly<Pod>[] = [];
    const newOn: string[] = [];
    for (const node of nodes) {
      const { create, failed, succeeded, surplus } = planNode(daemonSet, node, { hash, now });
      if (create) newOn.push(node.name);
      const wait = failed.length === 0 ? 0 : this.#waitFor(situation, node.name);
      if (wait > 0) waits.push(wait);
      doomed.push(...surplus, ...succeeded, ...(wait > 0 ? [] : failed));
      for (const pod of wait > 0 ? [] : failed) this.#tellEnded(situation, pod, 'Failed');
      for (const pod of succeeded) this.#tellEnded(situation, pod, 'Succeeded');
    }
    const error = await this.#write(situation, { doomed, newOn });
    if (error !== undefined || doomed.length > 0 || newOn.length > 0) return { waits, error };
    if (daemonSet.spec.updateStrategy?.type !== 'RollingUpdate') return { waits, error };
    return { waits, error: await this.#write(situation, planUpdate(daemonSet, nodes, { hash, now })) };
  }

  /** A set that has been changed is tried at once. */
  #waitFor({ daemonSet }: Situation, nodeName: string): number {
    const generation = daemonSet.status?.observedGeneration ?? 0;
    return this.#backoff.wait(objectKey(daemonSet.metadata), `${generation}/${nodeName}`, this.#deps.clock.monotonic());
  }

  #tellEnded({ daemonSet }: Situation, pod: DeepReadonly<Pod>, phase: 'Failed' | 'Succeeded'): void {
    const { name, namespace = '' } = pod.metadata;
    const type = phase === 'Failed' ? 'Warning' : 'Normal';
    const what = `Found ${phase.toLowerCase()} daemon pod ${namespace}/${name} on node ${nodeOf(pod) ?? ''}`;
    const then = phase === 'Failed' ? 'will try to kill it' : 'will try to delete it';
    this.#deps.recorder.event(daemonSet, type, `${phase}DaemonPod`, `${what}, ${then}`);
  }

  /** @returns what went wrong; the status tells of the rest before the reconcile fails */
  async #write(
    { daemonSet, hash, signal }: Situation,
    { doomed, newOn }: { readonly doomed: readonly DeepReadonly<Pod>[]; readonly newOn: readonly string[] },
  ): Promise<Error | undefined> {
    const drafts = newOn.slice(0, BURST).map((nodeName) => podOf(daemonSet, nodeName, hash));
    const created = await this.#podWrites.create(daemonSet, drafts, signal);
    const deleted = await this.#podWrites.delete(daemonSet, doomed.slice(0, BURST), signal);
    return created.error ?? deleted.error;
  }

  /** Those that pods are made from stay, and count towards the limit. */
  async #truncateHistory(
    { daemonSet, signal }: Situation,
    { history, newest, owned }: { history: Revisions; newest: DeepReadonly<ControllerRevision>; owned: readonly DeepReadonly<Pod>[] },
  ): Promise<void> {
    const hashes = new Set(owned.map(({ metadata }) => metadata.labels?.[HASH_LABEL]));
    const old = history.filter(({ metadata }) => metadata.name !== newest.metadata.name);
    const inUse = ({ metadata }: DeepReadonly<ControllerRevision>): boolean => hashes.has(metadata.labels?.[HASH_LABEL]);
    const limit = (daemonSet.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT) - old.filter(inUse).length;
    await this.#history.truncate(old, { inUse, limit: Math.max(0, limit) }, signal);
  }

  async #writeStatus({ collisionCount, daemonSet, hash, nodes, now, signal }: Situation, acted: boolean): Promise<void> {
    const status = computeStatus(daemonSet, { nodes, hash, collisionCount, acted, now });
    if (semanticEqual(status, daemonSet.status)) return;
    const next = { ...(structuredClone(daemonSet) as DaemonSet), status };
    await this.#deps.client.resource(daemonsets).updateStatus(next, { signal });
  }
}

const isSame = (a: DeepReadonly<Node>, b: DeepReadonly<Node>): boolean =>
  semanticEqual(a.metadata.labels, b.metadata.labels) && semanticEqual(a.spec.taints, b.spec.taints);
