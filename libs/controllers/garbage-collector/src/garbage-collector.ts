import {
  groupResource,
  parseApiVersion,
  semanticEqual,
  StatusError,
  type DeepReadonly,
  type KubernetesObject,
  type ObjectKey,
  type OwnerReference,
  type Resource,
} from '@keelson/apimachinery';
import { discoverResources, type ApiClient, type DiscoveredResource } from '@keelson/client';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { blocks, FOREGROUND, isDeleted, ORPHAN, orphansDependents, propagationPolicyOf, waitsForDependents } from './deletion-state';
import { OwnerGraph, ownersOf, type Node } from './owner-graph';

const REDISCOVERY_MILLISECONDS = 30_000;
const SYNC_RETRY_MILLISECONDS = 1000;
/** The key that stands for discovery; all others are uids. */
const DISCOVERY: ObjectKey = 'discovery';
/** Of no use to own anything, and many. */
const IGNORED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io']);

export interface GarbageCollectorDeps {
  readonly client: ApiClient;
  /** The shared informer of a resource that was discovered; it must run from then on. */
  readonly informer: (resource: Resource) => Informer<KubernetesObject>;
  readonly recorder: EventRecorder;
}

/** What the references of an object are worth. */
interface Ownership {
  readonly solid: readonly DeepReadonly<OwnerReference>[];
  /** To owners that are gone. */
  readonly dangling: readonly DeepReadonly<OwnerReference>[];
  /** To owners that wait for this object to go. */
  readonly waiting: readonly DeepReadonly<OwnerReference>[];
}

/**
 * Deletes objects whose owners are all gone, and carries out foreground deletion and orphaning, over every resource that can be listed,
 * watched and deleted. Keys are uids. Source: pkg/controller/garbagecollector.
 */
export class GarbageCollector implements Controller {
  readonly name = 'garbage-collector';
  readonly #deps: GarbageCollectorDeps;
  readonly #graph = new OwnerGraph();
  /** All that were ever watched, by group resource. */
  readonly #informers = new Map<string, Informer<KubernetesObject>>();
  /** What the last discovery told. */
  #resources: readonly DiscoveredResource[] = [];
  #watch: Watches | undefined;

  constructor(deps: GarbageCollectorDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    this.#watch = watch;
    watch.every(REDISCOVERY_MILLISECONDS, () => [DISCOVERY]);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    if (key === DISCOVERY) {
      await this.#discover(signal);
      return undefined;
    }
    const node = this.#graph.get(key);
    if (node === undefined) return undefined;
    try {
      return await this.#settle(node, signal);
    } catch (error) {
      // It is gone, or another under its name: its event tells.
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const { resources } = await discoverResources(this.#deps.client, signal);
    this.#resources = resources.filter((resource) => !IGNORED.has(groupResource(resource)));
    for (const { verbs, ...resource } of this.#resources) {
      const name = groupResource(resource);
      if (this.#informers.has(name) || !['list', 'watch', 'delete'].every((verb) => verbs.includes(verb))) continue;
      const informer = this.#deps.informer(resource);
      this.#informers.set(name, informer);
      this.#watch?.mapped(informer, (_object, event) => this.#observe(resource, event));
    }
  }

  /** Brings the graph up to date. @returns the uids of those whose fate may have changed */
  #observe(resource: Resource, { type, object }: CacheEvent<KubernetesObject>): ObjectKey[] {
    const node = { resource, object };
    const { uid } = object.metadata;
    const before = this.#graph.get(uid);
    const ownersBefore = before === undefined ? [] : ownersOf(before);
    const waiting = [...new Set([...ownersBefore, ...ownersOf(node)])].filter((owner) => {
      const known = this.#graph.get(owner);
      return known !== undefined && waitsForDependents(known.object);
    });
    if (type === 'delete') {
      this.#graph.remove(uid);
      return [...waiting, ...this.#graph.dependentsOf(uid).map((dependent) => dependent.object.metadata.uid)];
    }
    this.#graph.put(node);
    // Most changes are of a status: an object whose owners are known and the same as before needs no look.
    const isConcerned =
      waitsForDependents(object) ||
      orphansDependents(object) ||
      (!semanticEqual(before?.object.metadata.ownerReferences, object.metadata.ownerReferences) && !this.#ownersAreKnown(node));
    return [...waiting, ...(isConcerned ? [uid] : [])];
  }

  /** Whether the cache has all owners of a node, none on its way out: the deletion of any would wake this controller. */
  #ownersAreKnown({ object }: Node): boolean {
    return (object.metadata.ownerReferences ?? []).every(({ uid }) => {
      const owner = this.#graph.get(uid)?.object;
      return (
        owner !== undefined && !isDeleted(owner) && (owner.metadata.namespace ?? object.metadata.namespace) === object.metadata.namespace
      );
    });
  }

  async #settle(node: Node, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { object } = node;
    if (!isDeleted(object)) {
      if (!this.#ownersAreKnown(node)) await this.#collect(node, signal);
      return undefined;
    }
    if (!orphansDependents(object) && !waitsForDependents(object)) return undefined;
    // Dependents that are not known yet would be lost to an owner that is let go now.
    if (!this.#isComplete()) return { requeueAfter: SYNC_RETRY_MILLISECONDS };
    await (orphansDependents(object) ? this.#orphan(node, signal) : this.#deleteInForeground(node, signal));
    return undefined;
  }

  #isComplete(): boolean {
    return this.#resources.every((resource) => this.#informers.get(groupResource(resource))?.hasSynced !== false);
  }

  async #orphan(node: Node, signal: AbortSignal): Promise<void> {
    const { uid } = node.object.metadata;
    for (const dependent of this.#graph.dependentsOf(uid)) {
      try {
        await this.#removeOwners(dependent, new Set([uid]), signal);
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    }
    await this.#removeFinalizer(node, ORPHAN, signal);
  }

  async #deleteInForeground(node: Node, signal: AbortSignal): Promise<void> {
    const { uid } = node.object.metadata;
    const dependents = this.#graph.dependentsOf(uid);
    if (!dependents.some(({ object }) => blocks(object, uid))) return this.#removeFinalizer(node, FOREGROUND, signal);
    for (const dependent of dependents) {
      if (isDeleted(dependent.object)) continue;
      try {
        await this.#collect(dependent, signal);
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    }
  }

  /** Deletes an object if none of its owners is left to keep it, and takes off the references that are worth nothing otherwise. */
  async #collect(node: Node, signal: AbortSignal): Promise<void> {
    const { resource, object } = node;
    if ((object.metadata.ownerReferences ?? []).length === 0) return;
    const { solid, dangling, waiting } = await this.#classify(node, signal);
    if (solid.length > 0) {
      const worthless = new Set([...dangling, ...waiting].map(({ uid }) => uid));
      if (worthless.size > 0) await this.#removeOwners(node, worthless, signal);
      return;
    }
    const { uid, resourceVersion } = object.metadata;
    const dependents = this.#graph.dependentsOf(uid);
    const inForeground = waiting.length > 0 && dependents.length > 0;
    // Two that wait for each other would wait for ever.
    if (inForeground && dependents.some((dependent) => waitsForDependents(dependent.object))) {
      await this.#unblockOwners(node, signal);
      await this.#deps.client
        .resource(resource)
        .delete(object.metadata, { preconditions: { uid }, propagationPolicy: 'Foreground', signal });
      return;
    }
    const propagationPolicy = inForeground ? 'Foreground' : propagationPolicyOf(object);
    await this.#deps.client
      .resource(resource)
      .delete(object.metadata, { preconditions: { uid, resourceVersion }, propagationPolicy, signal });
  }

  async #classify(node: Node, signal: AbortSignal): Promise<Ownership> {
    const ownership = {
      solid: [] as DeepReadonly<OwnerReference>[],
      dangling: [] as DeepReadonly<OwnerReference>[],
      waiting: [] as DeepReadonly<OwnerReference>[],
    };
    for (const reference of node.object.metadata.ownerReferences ?? []) {
      ownership[await this.#worthOf(reference, node, signal)].push(reference);
    }
    return ownership;
  }

  async #worthOf(reference: DeepReadonly<OwnerReference>, { object, resource }: Node, signal: AbortSignal): Promise<keyof Ownership> {
    const { group } = parseApiVersion(reference.apiVersion);
    const ownerResource = this.#resources.find((candidate) => candidate.group === group && candidate.kind === reference.kind);
    if (ownerResource === undefined)
      throw new Error(
        `owner ${reference.apiVersion} ${reference.kind} ${reference.name} of ${object.metadata.name} is of no known resource`,
      );
    if (ownerResource.namespaced && !resource.namespaced) {
      this.#recordInvalid(object, `an owner of a cluster-scoped object must be cluster-scoped`);
      return 'solid';
    }
    const namespace = ownerResource.namespaced ? object.metadata.namespace : undefined;
    const known = this.#graph.get(reference.uid)?.object;
    if (known !== undefined && known.metadata.namespace !== namespace)
      this.#recordInvalid(
        object,
        `ownerRef [${reference.apiVersion}/${reference.kind}, uid: ${reference.uid}] does not exist in namespace "${namespace ?? ''}"`,
      );
    try {
      // The cache is no witness that an owner is gone: it may lag behind the one that made this object.
      const owner = await this.#deps.client.resource<KubernetesObject>(ownerResource).get({ namespace, name: reference.name }, { signal });
      if (owner.metadata.uid !== reference.uid) return 'dangling';
      return waitsForDependents(owner) ? 'waiting' : 'solid';
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return 'dangling';
      throw error;
    }
  }

  #recordInvalid(object: DeepReadonly<KubernetesObject>, message: string): void {
    this.#deps.recorder.event(object, 'Warning', 'OwnerRefInvalidNamespace', message);
  }

  async #removeOwners(node: Node, uids: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const owners = (node.object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
    await this.#patch(node, { ownerReferences: owners.length === 0 ? null : owners }, signal);
  }

  async #unblockOwners(node: Node, signal: AbortSignal): Promise<void> {
    const ownerReferences = (node.object.metadata.ownerReferences ?? []).map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    await this.#patch(node, { ownerReferences }, signal);
  }

  async #removeFinalizer(node: Node, name: string, signal: AbortSignal): Promise<void> {
    await this.#patch(node, { finalizers: (node.object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== name) }, signal);
  }

  /** Of the version seen only, so that what others changed meanwhile is not overwritten. */
  async #patch({ resource, object }: Node, change: object, signal: AbortSignal): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    const patch = { metadata: { uid, resourceVersion, ...change } };
    await this.#deps.client.resource(resource).patch(object.metadata, { type: 'merge', patch }, { signal });
  }
}
