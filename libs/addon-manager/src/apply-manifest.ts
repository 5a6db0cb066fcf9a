import {
  isJsonObject,
  semanticEqual,
  StatusError,
  threeWayMerge,
  type Draft,
  type JsonObject,
  type KubernetesObject,
  type PatchSchema,
  type Resource,
} from '@keelson/apimachinery';
import type { ApiClient, ResourceClient } from '@keelson/client';
import { lastApplied, withLastApplied } from './last-applied';
import type { Manifest } from './manifests';

export type Applied = 'created' | 'updated' | 'unchanged';

export interface ApplyDeps {
  readonly client: ApiClient;
  readonly resource: Resource;
  /** How fields of this kind merge. */
  readonly schema: PatchSchema;
  readonly signal: AbortSignal;
}

/** Somebody else may write to an object between our read and our write; kubectl's number of tries. */
const TRIES = 5;

/**
 * Brings one object to what its manifest says: with Reconcile, as `kubectl apply` does; with EnsureExists, only if there is none.
 * @throws StatusError, TransportError
 */
export async function applyManifest(manifest: Manifest, { client, resource, schema, signal }: ApplyDeps): Promise<Applied> {
  const objects = client.resource(resource);
  const wanted = manifest.mode === 'Reconcile' ? withLastApplied(manifest.object) : manifest.object;
  const name = { name: manifest.name, namespace: namespaceFor(manifest, resource) };
  for (let tried = 1; ; tried += 1) {
    const current = await existing(objects, name, signal);
    if (current === undefined) {
      if (await create(objects, withNamespace(wanted, name.namespace), signal)) return 'created';
      continue;
    }
    if (manifest.mode === 'EnsureExists') return 'unchanged';
    const next = merged(current, wanted, schema);
    if (semanticEqual(next, current)) return 'unchanged';
    try {
      const updated = await objects.update(next, { signal });
      return updated.metadata.resourceVersion === current.metadata.resourceVersion ? 'unchanged' : 'updated';
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') || tried === TRIES) throw error;
    }
  }
}

/** kubectl's default for who names none. */
export const namespaceFor = ({ namespace }: Pick<Manifest, 'namespace'>, { namespaced }: Resource): string | undefined =>
  namespaced ? (namespace ?? 'default') : undefined;

async function existing(
  objects: ResourceClient<KubernetesObject>,
  name: { readonly name: string; readonly namespace: string | undefined },
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  try {
    return await objects.get(name, { signal });
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** @returns false if somebody else was first */
async function create(objects: ResourceClient<KubernetesObject>, object: JsonObject, signal: AbortSignal): Promise<boolean> {
  try {
    // A manifest has a name and whatever else its author wrote; the server checks it.
    await objects.create(object as unknown as Draft<KubernetesObject>, { signal });
    return true;
  } catch (error) {
    if (StatusError.is(error, 'AlreadyExists')) return false;
    throw error;
  }
}

function merged(current: KubernetesObject, wanted: JsonObject, schema: PatchSchema): KubernetesObject {
  const live = current as unknown as JsonObject;
  return threeWayMerge({ original: lastApplied(live), modified: wanted, current: live }, schema) as unknown as KubernetesObject;
}

function withNamespace(object: JsonObject, namespace: string | undefined): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return namespace === undefined ? object : { ...object, metadata: { ...metadata, namespace } };
}
