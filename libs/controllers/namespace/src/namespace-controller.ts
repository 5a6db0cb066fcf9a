import { NAMESPACE_FINALIZER, namespaces, type Namespace } from '@keelson/api';
import { groupResource, semanticEqual, StatusError, type Clock, type ObjectKey } from '@keelson/apimachinery';
import { discoverResources, type ApiClient, type DiscoveredResource } from '@keelson/client';
import type { Controller, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { deleteContent, StillThere, type ContentDeletion } from './delete-content';
import { deletionConditions } from './deletion-conditions';

/** Other apiservers may still let creations into a namespace that this one knows to be on its way out. In milliseconds. */
const SETTLING_MILLISECONDS = 5000;

export interface NamespaceControllerDeps {
  readonly client: ApiClient;
  readonly namespaces: Informer<Namespace>;
  readonly clock: Clock;
}

interface Progress {
  readonly discoveryFailures: string[];
  readonly contentFailures: string[];
  readonly remaining: Map<string, number>;
  readonly finalizers: Map<string, number>;
  estimateSeconds: number;
}

/**
 * Empties a namespace that is being deleted, pods first, and then gives it free by taking the finalizer `kubernetes` off.
 * Source: pkg/controller/namespace; KEP-5080 (ordered deletion).
 */
export class NamespaceController implements Controller {
  readonly name = 'namespace';
  readonly #deps: NamespaceControllerDeps;

  constructor(deps: NamespaceControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.mapped(
      this.#deps.namespaces,
      ({ metadata }, { type }) => (type !== 'delete' && metadata.deletionTimestamp !== undefined ? [metadata.name] : []),
      { delay: SETTLING_MILLISECONDS },
    );
  }

  async reconcile(name: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    try {
      return await this.#finish(name, signal);
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async #finish(name: string, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const client = this.#deps.client.resource(namespaces);
    // The cache may lag; what is deleted here can't be had back.
    const namespace = await client.get({ name }, { signal });
    const { deletionTimestamp: deletedAt } = namespace.metadata;
    if (deletedAt === undefined || !(namespace.spec.finalizers ?? []).includes(NAMESPACE_FINALIZER)) return undefined;
    const { client: api, clock } = this.#deps;
    const progress = await deleteAllContent({ client: api, namespace: name, deletedAt, now: clock.now(), signal });
    const current = await this.#writeConditions(namespace, progress, signal);
    const failures = [...progress.discoveryFailures, ...progress.contentFailures];
    if (failures.length > 0) throw new Error(`namespace ${name} is not empty yet: ${failures.join('; ')}`);
    if (progress.estimateSeconds > 0 || progress.remaining.size > 0)
      return { requeueAfter: (Math.floor(progress.estimateSeconds / 2) + 1) * 1000 };
    const finalizers = (current.spec.finalizers ?? []).filter((finalizer) => finalizer !== NAMESPACE_FINALIZER);
    await client.update({ ...current, spec: { ...current.spec, finalizers } }, { subresource: 'finalize', signal });
    return undefined;
  }

  async #writeConditions(namespace: Namespace, progress: Progress, signal: AbortSignal): Promise<Namespace> {
    const conditions = deletionConditions(namespace.status?.conditions, progress, this.#deps.clock.now());
    const status = { ...namespace.status, phase: 'Terminating', conditions };
    if (semanticEqual(status, namespace.status)) return namespace;
    return this.#deps.client.resource(namespaces).updateStatus({ ...namespace, status }, { signal });
  }
}

async function deleteAllContent(deletion: ContentDeletion): Promise<Progress> {
  const progress: Progress = {
    discoveryFailures: [],
    contentFailures: [],
    remaining: new Map(),
    finalizers: new Map(),
    estimateSeconds: 0,
  };
  const { resources, failures } = await discoverResources(deletion.client, deletion.signal);
  for (const [groupVersion, error] of failures) progress.discoveryFailures.push(`${groupVersion}: ${error.message}`);
  const deletable = resources.filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'));
  const isPods = ({ group, resource }: DiscoveredResource): boolean => group === '' && resource === 'pods';
  // What pods depend on, such as their secrets or a network policy, stays until the last of them is gone.
  for (const resource of deletable.filter(isPods)) await deleteInto(progress, resource, deletion);
  if (progress.remaining.size > 0) return progress;
  for (const resource of deletable) if (!isPods(resource)) await deleteInto(progress, resource, deletion);
  return progress;
}

/** One resource that fails must not keep the others. */
async function deleteInto(progress: Progress, resource: DiscoveredResource, deletion: ContentDeletion): Promise<void> {
  const name = `${resource.resource}.${resource.group}`;
  try {
    const { count, finalizers, estimateSeconds } = await deleteContent(resource, deletion);
    progress.estimateSeconds = Math.max(progress.estimateSeconds, estimateSeconds);
    if (count > 0) progress.remaining.set(name, count);
    for (const [finalizer, holders] of finalizers) progress.finalizers.set(finalizer, (progress.finalizers.get(finalizer) ?? 0) + holders);
  } catch (error) {
    if (deletion.signal.aborted) throw error;
    if (error instanceof StillThere) progress.remaining.set(name, error.count);
    progress.contentFailures.push(`${groupResource(resource)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
