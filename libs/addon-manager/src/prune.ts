import { objectKey, StatusError, type JsonObject, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { hasLastApplied } from './last-applied';
import { CLUSTER_SERVICE_LABEL, MODE_LABEL, modeOf } from './manifests';

/** The kinds among which addons that went away are looked for; upstream's list. */
export const PRUNED_KINDS: readonly string[] = [
  'v1/ConfigMap',
  'v1/Endpoints',
  'v1/PersistentVolumeClaim',
  'v1/Pod',
  'v1/ReplicationController',
  'v1/Secret',
  'v1/Service',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'networking.k8s.io/v1/Ingress',
  // What others may live in or need goes last.
  'v1/PersistentVolume',
  'v1/Namespace',
];

/** Names an object among those of all resources. */
export const identityOf = (
  { group, resource }: Pick<Resource, 'group' | 'resource'>,
  namespace: string | undefined,
  name: string,
): string => `${resource}.${group}/${objectKey({ namespace, name })}`;

/**
 * Deletes the objects of `resource` that the addon manager once applied with Reconcile and that are not in `wanted`.
 * @returns their keys
 * @throws StatusError, TransportError
 */
export async function prune(
  resource: Resource,
  wanted: ReadonlySet<string>,
  { client, signal }: { readonly client: ApiClient; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const objects = client.resource(resource);
  const selectors = [`${MODE_LABEL}=Reconcile`, `${CLUSTER_SERVICE_LABEL}=true,${MODE_LABEL}!=EnsureExists`];
  const lists = await Promise.all(selectors.map((labelSelector) => objects.list({ labelSelector, signal })));
  const labelled = new Map(lists.flatMap(({ items }) => items).map((object) => [objectKey(object.metadata), object]));
  const pruned: string[] = [];
  for (const [key, object] of labelled) {
    const { name, namespace, uid } = object.metadata;
    if (!isLeftOver(object) || wanted.has(identityOf(resource, namespace, name))) continue;
    try {
      await objects.delete({ name, namespace }, { propagationPolicy: 'Background', preconditions: { uid }, signal });
      pruned.push(key);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
  return pruned;
}

/** Labels may be copied onto other objects, as from a Service onto its Endpoints; only what was applied has the annotation. */
function isLeftOver(object: KubernetesObject): boolean {
  const { deletionTimestamp, labels = {} } = object.metadata;
  return deletionTimestamp === undefined && modeOf(labels) === 'Reconcile' && hasLastApplied(object as unknown as JsonObject);
}
