import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configmaps, endpoints, services } from '@keelson/api';
import { openLmdbStore, type Store } from '@keelson/storage';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

describe('apiservers on one store', () => {
  let folder: string;
  let store: Store;
  let servers: TestApiserver[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-replicas-'));
    store = await openLmdbStore({ path: folder, sync: 'none' });
    servers = await Promise.all(ADDRESSES.map((advertiseAddress) => startTestApiserver({ store, config: { advertiseAddress } })));
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await store.close();
    await rm(folder, { recursive: true });
  });

  const addressesOf = async (server: TestApiserver) => {
    const { subsets = [] } = await server.admin.resource(endpoints).get({ namespace: 'default', name: 'kubernetes' });
    return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
  };

  it('start at once, share the kubernetes Service, and leave it one by one', async () => {
    const service = await servers[1]!.admin.resource(services).get({ namespace: 'default', name: 'kubernetes' });
    expect(service.spec.clusterIP).toBe('10.96.0.1');
    expect(Object.keys((await store.list('/registry/masterleases/')).records)).toHaveLength(3);
    await servers.pop()!.stop();
    expect(await addressesOf(servers[0]!)).toEqual(ADDRESSES.slice(0, 2));
  });

  it('never give one cluster IP or node port to two Services', async () => {
    const create = (index: number) =>
      servers[index % servers.length]!.admin.resource(services).create({
        metadata: { name: `web-${index}`, namespace: 'default' },
        spec: { type: 'NodePort', ports: [{ port: 80 }] },
      });
    const created = await Promise.all(Array.from({ length: 60 }, (_, index) => create(index)));
    expect(new Set(created.map(({ spec }) => spec.clusterIP)).size).toBe(60);
    expect(new Set(created.map(({ spec }) => spec.ports?.[0]?.nodePort)).size).toBe(60);
  });

  it('show at once what another has written, by get, by list, and by list no older than it', async () => {
    const [writer, reader] = [servers[0]!.admin.resource(configmaps), servers[1]!.admin.resource(configmaps)];
    let object = await writer.create({ metadata: { name: 'shared', namespace: 'default' }, data: { round: '0' } });
    for (let round = 1; round <= 20; round += 1) {
      object = await writer.update({ ...object, data: { round: String(round) } });
      const { resourceVersion } = object.metadata;
      const lists = [{}, { resourceVersion, resourceVersionMatch: 'NotOlderThan' as const }];
      expect(await reader.get({ namespace: 'default', name: 'shared' })).toEqual(object);
      for (const options of lists) expect((await reader.list({ namespace: 'default', ...options })).items).toContainEqual(object);
    }
  });

  it('lets one of those who update the same version win, whichever server they ask', async () => {
    const object = await servers[0]!.admin.resource(configmaps).create({ metadata: { name: 'contended', namespace: 'default' } });
    const attempts = servers.map((server, index) =>
      server.admin.resource(configmaps).update({ ...object, data: { winner: String(index) } }),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
