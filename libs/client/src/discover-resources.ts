import { apiVersionOf, parseApiVersion, type APIGroup, type APIResource, type Resource } from '@keelson/apimachinery';
import type { ApiClient } from './api-client';

export interface DiscoveredResource extends Resource {
  readonly verbs: readonly string[];
}

export interface Discovery {
  /** Without subresources; each in the version its group prefers, or in the one version that has it. */
  readonly resources: readonly DiscoveredResource[];
  /** By group version: those that did not answer, such as an aggregated API whose server is down. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * Asks the server for all resources it serves (client-go's ServerPreferredResources).
 * @throws StatusError, TransportError if the list of groups itself can't be had
 */
export async function discoverResources(client: ApiClient, signal?: AbortSignal): Promise<Discovery> {
  const { groups } = await client.raw<{ groups: APIGroup[] }>({ path: '/apis', signal });
  const versions = ['v1', ...groups.flatMap(preferredFirst)];
  const found = new Map<string, DiscoveredResource>();
  const failures = new Map<string, Error>();
  const answers = await Promise.allSettled(versions.map((groupVersion) => resourcesOf(client, groupVersion, signal)));
  for (const [position, answer] of answers.entries()) {
    if (answer.status === 'rejected') failures.set(versions[position] ?? '', toError(answer.reason));
    else for (const resource of answer.value) if (!found.has(nameOf(resource))) found.set(nameOf(resource), resource);
  }
  return { resources: [...found.values()], failures };
}

function preferredFirst({ versions, preferredVersion }: APIGroup): string[] {
  const names = versions.map(({ groupVersion }) => groupVersion);
  return preferredVersion === undefined ? names : [...new Set([preferredVersion.groupVersion, ...names])];
}

async function resourcesOf(client: ApiClient, groupVersion: string, signal: AbortSignal | undefined): Promise<DiscoveredResource[]> {
  const { group, version } = parseApiVersion(groupVersion);
  const path = group === '' ? `/api/${version}` : `/apis/${apiVersionOf({ group, version })}`;
  const { resources } = await client.raw<{ resources: APIResource[] }>({ path, signal });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({ group, version, resource: name, kind, namespaced, verbs }));
}

const nameOf = ({ group, resource }: Resource): string => `${resource}.${group}`;

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
