import {
  deployments,
  replicasets,
  type DeepReadonly,
  type Deployment,
  type DeploymentStatus,
  type Pod,
  type ReplicaSet,
} from '@keelson/api';
import {
  controllerOf,
  findCondition,
  objectKey,
  ownerReferenceTo,
  semanticEqual,
  StatusError,
  type Clock,
  type Draft,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { adoptersOf, claim, claimable, ORPHAN_INDEX, orphansByNamespace } from '@keelson/controller-pod-control';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import {
  computeStatus,
  createdNewSet,
  creationFailed,
  CREATION_FAILED,
  isComplete,
  foundNewSet,
  pauseVerdict,
  untilLate,
  withCondition,
  withProgress,
  type Verdict,
} from './deployment-status';
import { desired, findNewSet, HASH_LABEL, isRolling, templatesEqual, totalDesired, type Sets } from './replica-sets';
import { desiredAnnotation, newSetAnnotations, nextRevision, REVISION, revisionOf, sizeAnnotations, templateHash } from './revisions';
import { newSetSize, scaleProportionally, shrinkOldSets, type Scaling } from './rolling-update';

export interface DeploymentControllerDeps {
  readonly client: ApiClient;
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** What a reconcile works on. */
interface Situation {
  readonly deployment: DeepReadonly<Deployment>;
  readonly sets: Sets;
  readonly newSet: DeepReadonly<ReplicaSet> | undefined;
  readonly old: Sets;
  readonly signal: AbortSignal;
}

/**
 * Brings a Deployment's pods to its template by way of ReplicaSets, one for each template: the new one grows as the old ones shrink
 * (pkg/controller/deployment). Level-triggered: every step is computed from the sets as they stand, so that a rollout goes on wherever it
 * was cut off.
 */
export class DeploymentController implements Controller {
  readonly name = 'deployment';
  readonly #deps: DeploymentControllerDeps;

  constructor(deps: DeploymentControllerDeps) {
    this.#deps = deps;
    deps.replicaSets.addIndex(ORPHAN_INDEX, orphansByNamespace);
  }

  watches(watch: Watches): void {
    const { deployments: owners, replicaSets } = this.#deps;
    watch.for(owners);
    watch.owned(replicaSets, { by: 'Deployment' });
    watch.mapped(replicaSets, (set, { type }) => (type === 'delete' ? [] : adoptersOf(set, owners, ({ spec }) => spec.selector)));
    // A deployment that recreates waits for its old pods to be gone.
    watch.mapped(this.#deps.pods, (pod, { type }) => (type === 'delete' ? this.#deploymentOf(pod) : []));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const deployment = this.#deps.deployments.get(key);
    if (deployment === undefined) return undefined;
    const sets = await this.#claimSets(deployment, signal);
    const newSet = findNewSet(deployment, sets);
    const situation = { deployment, sets, newSet, old: sets.filter((set) => set !== newSet), signal };
    if (deployment.metadata.deletionTimestamp !== undefined) return this.#writeStatus(situation);
    const pause = pauseVerdict(deployment);
    // What is written here wakes the next reconcile, as everywhere that the deployment is written to before its status.
    if (pause !== undefined && (await this.#note(deployment, { verdict: pause, signal }))) return undefined;
    if (newSet === undefined) return this.#step(situation);
    const synced = await this.#syncNewSet(deployment, newSet, situation);
    return synced === undefined ? undefined : this.#step({ ...situation, newSet: synced, sets: [...situation.old, synced] });
  }

  async #step(situation: Situation): Promise<ReconcileAgain | undefined> {
    const { deployment, newSet, old, sets } = situation;
    if (deployment.spec.paused !== true && !isScaled(deployment, sets))
      return isRolling(deployment) ? this.#roll(situation) : this.#recreate(situation);
    await this.#scaleTo(scaleProportionally(deployment, newSet, old), situation);
    if (deployment.spec.paused === true) await this.#cleanUp(situation);
    return this.#writeStatus(situation);
  }

  async #roll(situation: Situation): Promise<ReconcileAgain | undefined> {
    const { deployment, old } = situation;
    const newSet = situation.newSet ?? (await this.#createNewSet(situation));
    if (newSet === undefined) return undefined;
    const all = [...old, newSet];
    const wanted = desired(deployment);
    const size = desired(newSet) > wanted ? wanted : newSetSize(deployment, all, desired(newSet));
    const scalings = size !== desired(newSet) ? [{ set: newSet, replicas: size }] : shrinkOldSets(deployment, newSet, old);
    await this.#scaleTo(scalings, situation);
    return this.#finish({ ...situation, newSet, sets: all }, scalings.length === 0);
  }

  async #recreate(situation: Situation): Promise<ReconcileAgain | undefined> {
    const { deployment, old } = situation;
    const doomed = old.filter((set) => desired(set) > 0).map((set) => ({ set, replicas: 0 }));
    if (doomed.length > 0) {
      await this.#scaleTo(doomed, situation);
      return this.#finish(situation, false);
    }
    if (old.some((set) => this.#deps.pods.byOwner(set).some(isRunning))) return this.#finish(situation, false);
    const newSet = situation.newSet ?? (await this.#createNewSet(situation));
    if (newSet === undefined) return undefined;
    const scalings = desired(newSet) === desired(deployment) ? [] : [{ set: newSet, replicas: desired(deployment) }];
    await this.#scaleTo(scalings, situation);
    return this.#finish({ ...situation, newSet, sets: [...old, newSet] }, scalings.length === 0);
  }

  async #finish(situation: Situation, isSettled: boolean): Promise<ReconcileAgain | undefined> {
    const { deployment, newSet, old } = situation;
    if (isSettled && isComplete(deployment, computeStatus(deployment, newSet, old, this.#deps.clock.now()))) await this.#cleanUp(situation);
    return this.#writeRolloutStatus(situation);
  }

  #claimSets(deployment: DeepReadonly<Deployment>, signal: AbortSignal): Promise<DeepReadonly<ReplicaSet>[]> {
    const { client, replicaSets } = this.#deps;
    const terms = {
      client,
      owner: deployment,
      ownerResource: deployments,
      resource: replicasets,
      selector: deployment.spec.selector,
      signal,
    };
    return claim(claimable(replicaSets, deployment), terms);
  }

  /** @returns undefined if the next reconcile must go on, because the deployment itself was written to */
  async #syncNewSet(
    deployment: DeepReadonly<Deployment>,
    newSet: DeepReadonly<ReplicaSet>,
    { old, signal }: Situation,
  ): Promise<DeepReadonly<ReplicaSet> | undefined> {
    const annotations = newSetAnnotations(deployment, newSet, nextRevision(old));
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    if (!semanticEqual(annotations, newSet.metadata.annotations) || (newSet.spec.minReadySeconds ?? 0) !== minReadySeconds) {
      const next = structuredClone(newSet) as ReplicaSet;
      next.metadata.annotations = { ...annotations };
      next.spec.minReadySeconds = minReadySeconds;
      return this.#deps.client.resource(replicasets).update(next, { signal });
    }
    const isKnown = findCondition(deployment.status?.conditions, 'Progressing') !== undefined;
    const verdict = isKnown ? undefined : foundNewSet(newSet.metadata.name);
    return (await this.#note(deployment, { verdict, revision: annotations[REVISION], signal })) ? undefined : newSet;
  }

  /** @returns undefined if the next reconcile must go on: the deployment itself was written to, or the set's name is another's */
  async #createNewSet(situation: Situation): Promise<DeepReadonly<ReplicaSet> | undefined> {
    const { deployment, old, signal } = situation;
    const revision = nextRevision(old);
    const draft = newSetFor(deployment, old, revision);
    let created: ReplicaSet;
    try {
      created = await this.#deps.client.resource(replicasets).create(draft, { signal });
    } catch (error) {
      if (StatusError.is(error, 'AlreadyExists')) return this.#afterCollision(situation, draft);
      if (!signal.aborted && !StatusError.hasCause(error, 'NamespaceTerminating'))
        await this.#tellCreationFailed(situation, draft.metadata.name ?? '', error);
      throw error;
    }
    if (desired(created) > 0) this.#sayScaled(deployment, created, 0, desired(created));
    const note = { verdict: createdNewSet(created.metadata.name), revision: String(revision), signal };
    return (await this.#note(deployment, note)) ? undefined : created;
  }

  async #tellCreationFailed({ deployment, signal }: Situation, name: string, error: unknown): Promise<void> {
    const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : String(error)}`;
    this.#deps.recorder.event(deployment, 'Warning', CREATION_FAILED, message);
    // What went wrong first is thrown, whether it can be told or not.
    await this.#note(deployment, { verdict: creationFailed(message), signal }).catch(() => undefined);
  }

  /**
   * Writes the deployment's revision, and a condition if it has a deadline to progress by, where they are not there already.
   * @returns whether it had to be written; the deployment that was read is old then
   */
  async #note(
    deployment: DeepReadonly<Deployment>,
    {
      revision,
      signal,
      verdict,
    }: { readonly verdict: Verdict | undefined; readonly revision?: string | undefined; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const next = structuredClone(deployment) as Deployment;
    if (revision !== undefined) next.metadata.annotations = { ...next.metadata.annotations, [REVISION]: revision };
    if (verdict !== undefined && deployment.spec.progressDeadlineSeconds !== undefined)
      next.status = { ...next.status, conditions: withCondition(deployment.status?.conditions, verdict, this.#deps.clock.now()) };
    if (semanticEqual(next, deployment)) return false;
    await this.#deps.client.resource(deployments).updateStatus(next, { signal });
    return true;
  }

  /** The cache may just not have shown our own set yet; any other of that name means that two templates have one hash. */
  async #afterCollision({ deployment, signal }: Situation, { metadata }: Draft<ReplicaSet>): Promise<DeepReadonly<ReplicaSet> | undefined> {
    const { client } = this.#deps;
    const present = await client.resource(replicasets).get({ namespace: metadata.namespace, name: metadata.name ?? '' }, { signal });
    if (controllerOf(present)?.uid === deployment.metadata.uid && templatesEqual(present.spec.template, deployment.spec.template))
      return present;
    await this.#updateStatus(
      deployment,
      {
        ...(structuredClone(deployment.status) as DeploymentStatus | undefined),
        collisionCount: (deployment.status?.collisionCount ?? 0) + 1,
      },
      signal,
    );
    return undefined;
  }

  async #scaleTo(scalings: readonly Scaling[], { deployment, sets, signal }: Situation): Promise<void> {
    const annotations = sizeAnnotations(deployment);
    const stale = sets.filter(
      (set) => desired(set) > 0 && desiredAnnotation(set) !== desired(deployment) && !scalings.some((scaling) => scaling.set === set),
    );
    for (const { replicas, set } of [...scalings, ...stale.map((each) => ({ set: each, replicas: desired(each) }))]) {
      const next = structuredClone(set) as ReplicaSet;
      next.spec.replicas = replicas;
      next.metadata.annotations = { ...next.metadata.annotations, ...annotations };
      await this.#deps.client.resource(replicasets).update(next, { signal });
      if (replicas !== desired(set)) this.#sayScaled(deployment, set, desired(set), replicas);
    }
  }

  #sayScaled(deployment: DeepReadonly<Deployment>, { metadata }: DeepReadonly<ReplicaSet>, from: number, to: number): void {
    this.#deps.recorder.event(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`,
    );
  }

  /** Deletes the oldest sets that have no pods, beyond those that are kept for a rollback. */
  async #cleanUp({ deployment, old, signal }: Situation): Promise<void> {
    const kept = deployment.spec.revisionHistoryLimit;
    if (kept === undefined) return;
    const candidates = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byRevision);
    const doomed = candidates.slice(0, Math.max(0, candidates.length - kept)).filter(isEmptyAndSeen);
    await Promise.all(
      doomed.map(({ metadata }) =>
        this.#deps.client.resource(replicasets).delete(metadata, { preconditions: { uid: metadata.uid }, signal }),
      ),
    );
  }

  /** The counts alone, which say nothing of how the rollout goes; its time runs on with the next step of it. */
  async #writeStatus({ deployment, newSet, old, signal }: Situation): Promise<undefined> {
    const status = computeStatus(deployment, newSet, old, this.#deps.clock.now());
    if (!semanticEqual(status, deployment.status)) await this.#updateStatus(deployment, status, signal);
  }

  async #writeRolloutStatus({ deployment, newSet, old, signal }: Situation): Promise<ReconcileAgain | undefined> {
    const now = this.#deps.clock.now();
    const all = newSet === undefined ? old : [...old, newSet];
    const status = withProgress({ deployment, newSet, all, status: computeStatus(deployment, newSet, old, now), now });
    if (!semanticEqual(status, deployment.status)) await this.#updateStatus(deployment, status, signal);
    const requeueAfter = untilLate(deployment, status, now);
    return requeueAfter === undefined ? undefined : { requeueAfter };
  }

  #updateStatus(deployment: DeepReadonly<Deployment>, status: DeploymentStatus, signal: AbortSignal): Promise<Deployment> {
    return this.#deps.client.resource(deployments).updateStatus({ ...(structuredClone(deployment) as Deployment), status }, { signal });
  }

  #deploymentOf(pod: DeepReadonly<Pod>): ObjectKey[] {
    const controller = controllerOf(pod);
    if (controller?.kind !== 'ReplicaSet') return [];
    const { namespace } = pod.metadata;
    const set = this.#deps.replicaSets.get(objectKey({ namespace, name: controller.name }));
    const owner = set === undefined ? undefined : controllerOf(set);
    return owner?.kind === 'Deployment' ? [objectKey({ namespace, name: owner.name })] : [];
  }
}

/** The deployment's size changed since its sets were last scaled. */
function isScaled(deployment: DeepReadonly<Deployment>, sets: Sets): boolean {
  return sets.some((set) => desired(set) > 0 && desiredAnnotation(set) !== undefined && desiredAnnotation(set) !== desired(deployment));
}

function isEmptyAndSeen({ metadata, spec, status }: DeepReadonly<ReplicaSet>): boolean {
  return (spec.replicas ?? 1) === 0 && (status?.replicas ?? 0) === 0 && (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

const isRunning = ({ status }: DeepReadonly<Pod>): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

function newSetFor(deployment: DeepReadonly<Deployment>, old: Sets, revision: bigint): Draft<ReplicaSet> {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template, deployment.status?.collisionCount ?? 0);
  const template = structuredClone(spec.template) as Deployment['spec']['template'];
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const selector = structuredClone(spec.selector) as ReplicaSet['spec']['selector'];
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      annotations: { ...newSetAnnotations(deployment, undefined, revision) },
      ownerReferences: [ownerReferenceTo(deployment, deployments)],
    },
    spec: {
      replicas: totalDesired(old) === 0 || !isRolling(deployment) ? desired(deployment) : newSetSize(deployment, old, 0),
      minReadySeconds: spec.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as NonNullable<typeof template.metadata> },
    },
  };
}

function byRevision(a: DeepReadonly<ReplicaSet>, b: DeepReadonly<ReplicaSet>): number {
  const [first, second] = [revisionOf(a), revisionOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}
