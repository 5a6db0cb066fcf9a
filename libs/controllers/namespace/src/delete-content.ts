import { pods } from '@keelson/api';
import { groupResource, parseTime, StatusError, type KubernetesObject } from '@keelson/apimachinery';
import type { ApiClient, DiscoveredResource } from '@keelson/client';

/** How long objects with finalizers are given before they are looked at again, in seconds. */
const FINALIZER_ESTIMATE_SECONDS = 15;

export interface ContentDeletion {
  readonly client: ApiClient;
  readonly namespace: string;
  /** RFC 3339. */
  readonly deletedAt: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface Remaining {
  readonly count: number;
  /** How many of them have each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** When looking again is worth while, in seconds; zero if there is nothing to wait for. */
  readonly estimateSeconds: number;
}

/**
 * Deletes every object of `resource` in the namespace, and counts what is still there.
 * @throws StatusError, TransportError; Error if objects remain that nothing holds
 */
export async function deleteContent(resource: DiscoveredResource, deletion: ContentDeletion): Promise<Remaining> {
  const { client, namespace, signal } = deletion;
  const isPods = resource.group === '' && resource.resource === pods.resource;
  const grace = isPods ? await podsGrace(deletion) : 0;
  await deleteAll(resource, deletion);
  if (!resource.verbs.includes('list')) return { count: 0, finalizers: new Map(), estimateSeconds: grace };
  const { items } = await client.resource(resource).list({ namespace, signal });
  const finalizers = new Map<string, number>();
  for (const { metadata } of items) for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  if (items.length === 0) return { count: 0, finalizers, estimateSeconds: 0 };
  if (grace === 0 && finalizers.size === 0)
    throw new StillThere(`unexpected items still remain in namespace: ${namespace} for gvr: ${describe(resource)}`, items.length);
  return { count: items.length, finalizers, estimateSeconds: grace > 0 ? grace : FINALIZER_ESTIMATE_SECONDS };
}

/** Objects that were deleted, are held by nothing, and are there all the same. */
export class StillThere extends Error {
  readonly code = 'StillThere';
  readonly count: number;

  constructor(message: string, count: number) {
    super(message);
    this.count = count;
  }
}

/** Nothing is orphaned by the deletion of its namespace: hence always in the background. */
async function deleteAll(resource: DiscoveredResource, { client, namespace, signal }: ContentDeletion): Promise<void> {
  const objects = client.resource(resource);
  const propagationPolicy = 'Background';
  if (resource.verbs.includes('deletecollection')) {
    try {
      await objects.deleteCollection({ namespace }, { propagationPolicy, signal });
      return;
    } catch (error) {
      if (!StatusError.is(error, 'MethodNotAllowed') && !StatusError.is(error, 'NotFound')) throw error;
    }
  }
  if (!resource.verbs.includes('list')) return;
  const { items }: { readonly items: readonly KubernetesObject[] } = await objects.list({ namespace, signal });
  for (const { metadata } of items) {
    try {
      await objects.delete(metadata, { propagationPolicy, signal });
    } catch (error) {
      if (!StatusError.is(error, 'MethodNotAllowed') && !StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

/** The longest grace period of a running pod, in seconds; zero once the namespace has been going for longer than that. */
async function podsGrace({ client, namespace, deletedAt, now, signal }: ContentDeletion): Promise<number> {
  const { items } = await client.resource(pods).list({ namespace, signal });
  const running = items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const grace = Math.max(0, ...running.map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0));
  return now - (parseTime(deletedAt) ?? now) >= grace * 1000 ? 0 : grace;
}

const describe = (resource: DiscoveredResource): string => `${groupResource(resource)}/${resource.version}`;
