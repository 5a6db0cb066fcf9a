import { createHash } from 'node:crypto';
import { apiVersionOf, type APIGroup, type APIResource, type GroupVersionForDiscovery } from '@keelson/apimachinery';
import type { ServedGroup, ServedResource, ServedSubresource } from '../schema/type-schema';

/** What is served, for discovery to describe: the built-in registry's, or that with the resources of CustomResourceDefinitions. */
export interface Served {
  /** In the order in which discovery lists them; the core group (`''`) may be among them. */
  readonly groups: readonly ServedGroup[];
  readonly servedResources: readonly ServedResource[];
}

export interface APIVersions {
  readonly kind: 'APIVersions';
  readonly versions: readonly string[];
  readonly serverAddressByClientCIDRs: readonly { readonly clientCIDR: string; readonly serverAddress: string }[];
}

export interface APIGroupList {
  readonly kind: 'APIGroupList';
  readonly apiVersion: 'v1';
  readonly groups: readonly APIGroup[];
}

export interface APIResourceList {
  readonly kind: 'APIResourceList';
  /** Absent on the core group's, as upstream leaves it out there. */
  readonly apiVersion?: 'v1';
  readonly groupVersion: string;
  readonly resources: readonly APIResource[];
}

/** What `/api` answers. @param serverAddress host and port by which clients reach this server */
export function coreVersions({ groups }: Served, serverAddress: string): APIVersions {
  const versions = groups.find(({ group }) => group === '')?.versions ?? [];
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

/** What `/apis` answers. */
export function groupList({ groups }: Served): APIGroupList {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ group }) => group !== '').map(describeGroup) };
}

/** What `/apis/GROUP` answers; `undefined` if the group is not served. */
export function apiGroup({ groups }: Served, name: string): APIGroup | undefined {
  const group = groups.find((served) => served.group === name && name !== '');
  return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
}

/** What `/api/VERSION` and `/apis/GROUP/VERSION` answer; `undefined` if the version is not served. */
export function resourceList({ groups, servedResources }: Served, group: string, version: string): APIResourceList | undefined {
  if (groups.find((served) => served.group === group)?.versions.includes(version) !== true) return undefined;
  const own = servedResources.filter((resource) => resource.group === group && resource.version === version);
  const resources = own.flatMap((resource) => [
    describeResource(resource),
    ...resource.subresources.map((subresource) => describeSubresource(resource, subresource)),
  ]);
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/**
 * What tells clients that two versions of a resource are stored as the same thing.
 * @see k8s.io/apiserver/pkg/endpoints/discovery StorageVersionHash
 */
export function storageVersionHash({ storageVersion: { group, version }, kind }: Pick<ServedResource, 'storageVersion' | 'kind'>): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function describeGroup({ group, versions }: ServedGroup): APIGroup {
  const described = versions.map((version): GroupVersionForDiscovery => ({ groupVersion: apiVersionOf({ group, version }), version }));
  const [preferredVersion] = described;
  return { name: group, versions: described, ...(preferredVersion === undefined ? {} : { preferredVersion }) };
}

/** Only what is stored can be watched, and only that has a storage version. */
const isStored = ({ verbs }: ServedResource): boolean => verbs.includes('watch');

function describeResource(resource: ServedResource): APIResource {
  const { shortNames, categories } = resource;
  return {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: [...resource.verbs],
    ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
    ...(categories.length === 0 ? {} : { categories: [...categories] }),
    ...(isStored(resource) ? { storageVersionHash: storageVersionHash(resource) } : {}),
  };
}

function describeSubresource(resource: ServedResource, { name, kind, verbs }: ServedSubresource): APIResource {
  const isForeign = kind.group !== resource.group || kind.version !== resource.version;
  return {
    name: `${resource.resource}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(isForeign ? { group: kind.group, version: kind.version } : {}),
    kind: kind.kind,
    verbs: [...verbs],
  };
}
