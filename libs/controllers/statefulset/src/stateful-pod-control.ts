import {
  persistentvolumeclaims,
  pods,
  type DeepReadonly,
  type PersistentVolumeClaim,
  type Pod,
  type PodTemplateSpec,
  type StatefulSet,
} from '@keelson/api';
import { objectKey, StatusError, type Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { Expectations, type EventRecorder, type Informer } from '@keelson/controller-runtime';
import { correction, podOf } from './stateful-pods';
import { claimName, claimOf, correctedOwners, hasOtherController, isLeftOver, type Holder } from './volume-claims';

type Set = DeepReadonly<StatefulSet>;

export interface StatefulPodControlDeps {
  readonly client: ApiClient;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** Writes the pods of StatefulSets and their claims, each write with an event on the set. Every method throws what the server answered. */
export class StatefulPodControl {
  /** The pods created and deleted that the cache has not shown yet; to be given to `Watches.owned`. */
  readonly expectations: Expectations;
  readonly #deps: StatefulPodControlDeps;

  constructor(deps: StatefulPodControlDeps) {
    this.#deps = deps;
    this.expectations = new Expectations(deps.clock);
  }

  /** Creates the pod of an ordinal, after its claims. */
  async create(
    set: Set,
    ordinal: number,
    { signal, ...version }: { readonly template: DeepReadonly<PodTemplateSpec>; readonly revision: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const key = objectKey(set.metadata);
    const pod = podOf(set, ordinal, version);
    await this.#told(set, { verb: 'Create', pod: pod.metadata.name }, async () => {
      await this.createClaims(set, { ordinal, uid: undefined }, signal);
      this.expectations.expectCreations(key, 1);
      try {
        await this.#deps.client.resource(pods).create(pod, { signal });
      } catch (error) {
        this.expectations.creationSeen(key);
        throw error;
      }
    });
  }

  async delete(set: Set, { metadata }: DeepReadonly<Pod>, signal: AbortSignal): Promise<void> {
    const key = objectKey(set.metadata);
    const { name, uid } = metadata;
    this.expectations.expectDeletions(key, [uid]);
    await this.#told(set, { verb: 'Delete', pod: name }, async () => {
      try {
        // A pod that was made anew meanwhile is not meant.
        await this.#deps.client.resource(pods).delete(metadata, { preconditions: { uid }, signal });
      } catch (error) {
        this.expectations.deletionSeen(key, uid);
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    });
  }

  /** Gives a pod its identity and storage, and its claims the owners that they should have. */
  async correct(set: Set, pod: DeepReadonly<Pod>, { ordinal, signal }: { ordinal: number; signal: AbortSignal }): Promise<void> {
    const patch = correction(set, pod, ordinal);
    if (patch !== undefined) {
      await this.#told(set, { verb: 'Update', pod: pod.metadata.name }, async () => {
        await this.#deps.client.resource(pods).patch(pod.metadata, { type: 'strategic', patch }, { signal });
      });
    }
    await this.correctClaims(set, { ordinal, uid: pod.metadata.uid }, signal);
  }

  /** Creates those of a pod's claims that are missing. @throws Error also if one is being deleted */
  async createClaims(set: Set, holder: Holder, signal: AbortSignal): Promise<void> {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const present = this.#claim(set, template, holder);
      if (present === undefined) await this.#createClaim(set, { template, holder }, signal);
      else if (present.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${present.metadata.name} is being deleted`);
    }
  }

  async correctClaims(set: Set, holder: Holder, signal: AbortSignal): Promise<void> {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const present = this.#claim(set, template, holder);
      if (present !== undefined) await this.#correctOwners(set, { present, holder }, signal);
    }
  }

  /** Whether one of a pod's claims still goes with an earlier pod of the name. */
  hasLeftOverClaim(set: Set, holder: Holder): boolean {
    return (set.spec.volumeClaimTemplates ?? []).some((template) => {
      const present = this.#claim(set, template, holder);
      return present !== undefined && isLeftOver(set, present, holder);
    });
  }

  #claim(set: Set, template: DeepReadonly<PersistentVolumeClaim>, { ordinal }: Holder): DeepReadonly<PersistentVolumeClaim> | undefined {
    return this.#deps.claims.get(objectKey({ namespace: set.metadata.namespace, name: claimName(set, template, ordinal) }));
  }

  async #createClaim(
    set: Set,
    { holder, template }: { readonly holder: Holder; readonly template: DeepReadonly<PersistentVolumeClaim> },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, recorder } = this.#deps;
    const draft = claimOf(set, template, holder);
    const what = `Claim ${claimName(set, template, holder.ordinal)}`;
    const where = `Pod ${set.metadata.name}-${holder.ordinal} in StatefulSet ${set.metadata.name}`;
    try {
      await client.resource(persistentvolumeclaims).create(draft, { signal });
      recorder.event(set, 'Normal', 'SuccessfulCreate', `Create ${what} ${where} success`);
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists'))
        recorder.event(set, 'Warning', 'FailedCreate', `Create ${what} for ${where} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  async #correctOwners(
    set: Set,
    { holder, present }: { readonly holder: Holder; readonly present: DeepReadonly<PersistentVolumeClaim> },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, recorder } = this.#deps;
    const ownerReferences = correctedOwners(set, present, holder);
    if (ownerReferences === undefined) return;
    if (hasOtherController(set, present, holder)) {
      const message = `PersistentVolumeClaim ${present.metadata.name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`;
      recorder.event(set, 'Warning', 'ConflictingController', message);
    }
    const next = structuredClone(present) as PersistentVolumeClaim;
    await client.resource(persistentvolumeclaims).update({ ...next, metadata: { ...next.metadata, ownerReferences } }, { signal });
  }

  /** Nobody is told of a pod that is there already, nor of a namespace that is being deleted. */
  async #told(
    set: Set,
    { pod, verb }: { readonly pod: string | undefined; readonly verb: string },
    act: () => Promise<void>,
  ): Promise<void> {
    const { recorder } = this.#deps;
    const what = `${verb} Pod ${pod ?? ''} in StatefulSet ${set.metadata.name}`;
    try {
      await act();
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists') && !StatusError.hasCause(error, 'NamespaceTerminating'))
        recorder.event(set, 'Warning', `Failed${verb}`, `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
    recorder.event(set, 'Normal', `Successful${verb}`, `${what} successful`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
