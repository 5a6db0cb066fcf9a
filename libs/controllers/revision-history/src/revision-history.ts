import { controllerrevisions, type ControllerRevision, type PodTemplateSpec } from '@keelson/api';
import {
  controllerOf,
  ownerReferenceTo,
  semanticEqual,
  StatusError,
  type DeepReadonly,
  type Draft,
  type KubernetesObject,
  type LabelSelector,
  type Resource,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { claim, claimable, ORPHAN_INDEX, orphansByNamespace } from '@keelson/controller-pod-control';
import type { Informer } from '@keelson/controller-runtime';
import { snapshotOf } from './revision-data';
import { revisionHash } from './revision-hash';

export const REVISION_HASH_LABEL = 'controller.kubernetes.io/hash';
/** Names end in a hyphen and up to ten characters of hash, and have at most 253. */
const MAX_PREFIX_LENGTH = 223;

type Revision = DeepReadonly<ControllerRevision>;
type Revisions = readonly Revision[];

export interface RevisionHistoryDeps<O extends KubernetesObject> {
  readonly client: ApiClient;
  readonly revisions: Informer<ControllerRevision>;
  /** Whose history it is. */
  readonly ownerResource: Resource<O>;
  /** The label that tells a revision's hash. */
  readonly hashLabel: string;
}

/** What a revision is wanted for. */
export interface Wanted {
  readonly template: DeepReadonly<PodTemplateSpec>;
  /** How many names were taken already by revisions of something else. */
  readonly collisionCount: number;
  /** All there are, as {@link RevisionHistory.list} gives them. */
  readonly revisions: Revisions;
}

interface NewRevision {
  readonly data: Record<string, unknown>;
  readonly template: DeepReadonly<PodTemplateSpec>;
  readonly number: number;
  readonly collisionCount: number;
}

/** The ControllerRevisions of an owner: one for each template that it had, numbered in the order in which they were last taken up (pkg/controller/history). */
export class RevisionHistory<O extends KubernetesObject> {
  readonly #deps: RevisionHistoryDeps<O>;

  constructor(deps: RevisionHistoryDeps<O>) {
    this.#deps = deps;
    deps.revisions.addIndex(ORPHAN_INDEX, orphansByNamespace);
  }

  /** The owner's revisions, oldest first; adopts those that match and nobody has. @throws StatusError */
  async list(owner: DeepReadonly<O>, selector: DeepReadonly<LabelSelector>, signal: AbortSignal): Promise<Revisions> {
    const { client, ownerResource, revisions } = this.#deps;
    const terms = { client, owner, ownerResource, resource: controllerrevisions, selector, signal };
    return (await claim(claimable(revisions, owner), terms)).sort(byRevision);
  }

  /**
   * The newest revision, which holds the wanted template: the one there is, an older one numbered anew (a rollback), or a new one.
   * @returns it, and how many names have been found taken by now
   * @throws StatusError
   */
  async newest(
    owner: DeepReadonly<O>,
    { template, collisionCount, revisions }: Wanted,
    signal: AbortSignal,
  ): Promise<{ readonly revision: Revision; readonly collisionCount: number }> {
    const data = snapshotOf(template);
    const last = revisions.at(-1);
    const equal = revisions.findLast((revision) => semanticEqual(revision.data, data));
    const number = (last?.revision ?? 0) + 1;
    if (equal === undefined) return this.#create(owner, { data, template, number, collisionCount }, signal);
    if (equal === last) return { revision: equal, collisionCount };
    const { name, namespace, uid } = equal.metadata;
    const named = namespace === undefined ? { name } : { name, namespace };
    const patch = { metadata: { uid }, revision: number };
    const revision = await this.#deps.client.resource(controllerrevisions).patch(named, { type: 'merge', patch }, { signal });
    return { revision, collisionCount };
  }

  /** Deletes the oldest of those revisions that are not in use, but for `limit` of them; none if that is negative. @throws StatusError */
  async truncate(
    revisions: Revisions,
    { inUse, limit }: { readonly inUse: (revision: Revision) => boolean; readonly limit: number },
    signal: AbortSignal,
  ): Promise<void> {
    if (limit < 0) return;
    const idle = revisions.filter((revision) => !inUse(revision));
    for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
      try {
        await this.#deps.client.resource(controllerrevisions).delete(metadata, { signal });
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    }
  }

  async #create(owner: DeepReadonly<O>, made: NewRevision, signal: AbortSignal): Promise<{ revision: Revision; collisionCount: number }> {
    const resource = this.#deps.client.resource(controllerrevisions);
    for (let { collisionCount } = made; ; collisionCount += 1) {
      const draft = this.#draft(owner, { ...made, collisionCount });
      try {
        return { revision: await resource.create(draft, { signal }), collisionCount };
      } catch (error) {
        if (!StatusError.is(error, 'AlreadyExists')) throw error;
        const { name = '', namespace } = draft.metadata;
        const present = await resource.get(namespace === undefined ? { name } : { name, namespace }, { signal });
        // It may be the owner's own, of which the cache does not know yet.
        const mayBeOwn = (controllerOf(present)?.uid ?? owner.metadata.uid) === owner.metadata.uid;
        if (mayBeOwn && semanticEqual(present.data, made.data)) return { revision: present, collisionCount };
      }
    }
  }

  #draft(owner: DeepReadonly<O>, { collisionCount, data, number, template }: NewRevision): Draft<ControllerRevision> {
    const { metadata }: DeepReadonly<KubernetesObject> = owner;
    const hash = revisionHash(data, collisionCount);
    return {
      metadata: {
        name: `${metadata.name.slice(0, MAX_PREFIX_LENGTH)}-${hash}`,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: { ...template.metadata?.labels, [this.#deps.hashLabel]: hash },
        annotations: { ...metadata.annotations },
        ownerReferences: [ownerReferenceTo(owner, this.#deps.ownerResource)],
      },
      data,
      revision: number,
    };
  }
}

function byRevision(a: Revision, b: Revision): number {
  const created = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return a.revision - b.revision || created || (a.metadata.name < b.metadata.name ? -1 : 1);
}
