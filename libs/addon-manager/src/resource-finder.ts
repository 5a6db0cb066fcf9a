import { parseApiVersion, StatusError, type APIResource, type Resource } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';

/** Finds the resource of a kind. @returns undefined if the cluster does not serve it (yet) @throws StatusError, TransportError */
export type FindResource = (apiVersion: string, kind: string) => Promise<Resource | undefined>;

/** Asks the server, once for each group and version: a finder knows what there was when it was made, and is to be made anew for each pass. */
export function resourceFinder(client: ApiClient, signal: AbortSignal): FindResource {
  const known = new Map<string, Promise<readonly APIResource[]>>();
  return async (apiVersion, kind) => {
    const asked = known.get(apiVersion) ?? resourcesOf(client, apiVersion, signal);
    known.set(apiVersion, asked);
    const found = (await asked).find((resource) => resource.kind === kind && !resource.name.includes('/'));
    return found === undefined ? undefined : { ...parseApiVersion(apiVersion), resource: found.name, kind, namespaced: found.namespaced };
  };
}

async function resourcesOf(client: ApiClient, apiVersion: string, signal: AbortSignal): Promise<readonly APIResource[]> {
  try {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return (await client.raw<{ resources: APIResource[] }>({ path, signal })).resources;
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return [];
    throw error;
  }
}
