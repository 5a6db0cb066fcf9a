import { builtInSchemas } from '../schema/built-in-schemas';
import type { ServedResource } from '../schema/type-schema';
import { aggregatedDiscovery } from './aggregated-discovery';
import { apiGroup, coreVersions, groupList, resourceList, storageVersionHash, type Served } from './discovery';

const schemas = builtInSchemas();

const crontabs: ServedResource = {
  group: 'stable.example.com',
  version: 'v1',
  resource: 'crontabs',
  kind: 'CronTab',
  singular: 'crontab',
  storageVersion: { group: 'stable.example.com', version: 'v1' },
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  shortNames: [],
  categories: ['all'],
  subresources: [],
};
const withCustomResource: Served = {
  groups: [...schemas.groups, { group: 'stable.example.com', versions: ['v1'] }],
  servedResources: [...schemas.servedResources, crontabs],
};

const resourceNamed = (group: string, version: string, name: string) =>
  resourceList(schemas, group, version)?.resources.find((resource) => resource.name === name);

describe('plain discovery', () => {
  it('lists the groups in the order of preference, the core group only under /api', () => {
    const names = groupList(schemas).groups.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['apiregistration.k8s.io', 'apps', 'events.k8s.io', 'authentication.k8s.io']);
    expect(names).not.toContain('');
    expect(coreVersions(schemas, '192.0.2.1:6443')).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '192.0.2.1:6443' }],
    });
  });

  it('names the preferred version of a group', () => {
    expect(apiGroup(schemas, 'autoscaling')).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    });
  });

  it('knows nothing of what is not served', () => {
    expect(apiGroup(schemas, 'nosuch')).toBeUndefined();
    expect(apiGroup(schemas, '')).toBeUndefined();
    expect(resourceList(schemas, 'apps', 'v1beta1')).toBeUndefined();
  });

  it('gives the hashes that upstream gives', () => {
    expect(resourceNamed('', 'v1', 'pods')?.storageVersionHash).toBe('xPOwRZ+Yhw8=');
    expect(resourceNamed('autoscaling', 'v1', 'horizontalpodautoscalers')?.storageVersionHash).toBe('qwQve8ut294=');
    expect(resourceNamed('events.k8s.io', 'v1', 'events')?.storageVersionHash).toBe('r2yiGXH7wu8=');
    expect(resourceNamed('', 'v1', 'events')?.storageVersionHash).toBe('r2yiGXH7wu8=');
  });

  it('gives no hash to what is not stored', () => {
    expect(resourceNamed('', 'v1', 'bindings')).toEqual({
      name: 'bindings',
      singularName: 'binding',
      namespaced: true,
      kind: 'Binding',
      verbs: ['create'],
    });
  });

  it('puts subresources behind their resource, with the group of a kind that is not the resource’s', () => {
    const names = resourceList(schemas, '', 'v1')?.resources.map(({ name }) => name);
    expect(names).toEqual([...names!].sort());
    expect(resourceNamed('', 'v1', 'pods/eviction')).toEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
  });

  it('describes custom resources as it does built-in ones', () => {
    expect(groupList(withCustomResource).groups.at(-1)?.name).toBe('stable.example.com');
    const [described] = resourceList(withCustomResource, 'stable.example.com', 'v1')!.resources;
    expect(described).toMatchObject({ kind: 'CronTab', categories: ['all'], storageVersionHash: storageVersionHash(crontabs) });
  });
});

describe('aggregated discovery', () => {
  it('is split between /api and /apis', () => {
    expect(aggregatedDiscovery(schemas, 'api').items).toHaveLength(1);
    expect(aggregatedDiscovery(schemas, 'api').items[0]?.metadata).toEqual({});
    expect(aggregatedDiscovery(schemas, 'apis').items.map(({ metadata }) => metadata.name)).toEqual(
      groupList(schemas).groups.map(({ name }) => name),
    );
  });

  it('leaves the group of a response kind empty where it is the resource’s own', () => {
    const apps = aggregatedDiscovery(schemas, 'apis').items.find(({ metadata }) => metadata.name === 'apps');
    const deployments = apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments');
    expect(deployments).toMatchObject({
      responseKind: { group: '', version: '', kind: 'Deployment' },
      scope: 'Namespaced',
      subresources: [
        { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
        { subresource: 'status', responseKind: { group: '', version: '', kind: 'Deployment' } },
      ],
    });
  });
});
