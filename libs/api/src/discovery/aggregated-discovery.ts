import type { GroupVersionKind } from '@keelson/apimachinery';
import type { ServedGroup, ServedResource, ServedSubresource } from '../schema/type-schema';
import type { Served } from './discovery';

/** The media type parameters by which a client asks for it; `/api` and `/apis` answer it with this in their content type. */
export const AGGREGATED_DISCOVERY = { g: 'apidiscovery.k8s.io', v: 'v2', as: 'APIGroupDiscoveryList' } as const;

export interface APIGroupDiscoveryList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly apiVersion: 'apidiscovery.k8s.io/v2';
  readonly metadata: Readonly<Record<string, never>>;
  readonly items: readonly APIGroupDiscovery[];
}

interface APIGroupDiscovery {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly APIVersionDiscovery[];
}

interface APIVersionDiscovery {
  readonly version: string;
  readonly resources: readonly APIResourceDiscovery[];
  readonly freshness: 'Current';
}

interface APIResourceDiscovery {
  readonly resource: string;
  readonly responseKind: GroupVersionKind;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly APISubresourceDiscovery[];
}

interface APISubresourceDiscovery {
  readonly subresource: string;
  readonly responseKind: GroupVersionKind;
  readonly verbs: readonly string[];
}

/**
 * Everything that is served, in one document (KEP-3352).
 * @param root `api` describes the core group, `apis` all others
 */
export function aggregatedDiscovery({ groups, servedResources }: Served, root: 'api' | 'apis'): APIGroupDiscoveryList {
  const described = groups.filter(({ group }) => (group === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: described.map((group) => describeGroup(group, servedResources)),
  };
}

function describeGroup({ group, versions }: ServedGroup, resources: readonly ServedResource[]): APIGroupDiscovery {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((version) => ({
      version,
      resources: resources.filter((resource) => resource.group === group && resource.version === version).map(describeResource),
      freshness: 'Current',
    })),
  };
}

function describeResource(resource: ServedResource): APIResourceDiscovery {
  const { shortNames, categories, subresources } = resource;
  return {
    resource: resource.resource,
    responseKind: responseKind(resource, resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map((subresource) => describeSubresource(resource, subresource)) }),
  };
}

function describeSubresource(resource: ServedResource, { name, kind, verbs }: ServedSubresource): APISubresourceDiscovery {
  return { subresource: name, responseKind: responseKind(kind, resource), verbs };
}

/** Upstream leaves group and version empty where they are the resource's own. */
function responseKind({ group, version, kind }: GroupVersionKind, resource: ServedResource): GroupVersionKind {
  const isForeign = group !== resource.group || version !== resource.version;
  return isForeign ? { group, version, kind } : { group: '', version: '', kind };
}
