import { configmaps, services } from '@keelson/api';
import { openEtcdStore, type Store } from '@keelson/storage';
import { EtcdServer, installedEtcd, untilReachable } from '@keelson/storage/testing';
import { startTestApiserver, type TestApiserver } from '../testing/start-test-apiserver';

const PREFIXES = ['/registry', 'other'];
const whyNot = installedEtcd() === undefined ? ' (skipped: there is no etcd in the PATH)' : '';

(whyNot === '' ? describe : describe.skip)(`apiservers of different --etcd-prefix on one etcd${whyNot}`, () => {
  let etcd: EtcdServer;
  let stores: readonly Store[];
  let servers: readonly TestApiserver[];
  beforeAll(async () => {
    etcd = await EtcdServer.create();
    etcd.start();
    stores = await Promise.all(PREFIXES.map((prefix) => untilReachable(() => openEtcdStore({ endpoints: [etcd.endpoint], prefix }))));
    servers = await Promise.all(stores.map((store) => startTestApiserver({ store })));
  }, 30_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(stores.map((store) => store.close()));
    await etcd.remove();
  });

  const create = (server: TestApiserver, name: string) =>
    server.admin.resource(configmaps).create({ metadata: { name, namespace: 'default' }, data: { of: name } });
  const names = async (server: TestApiserver) => {
    const { items } = await server.admin.resource(configmaps).list({ namespace: 'default' });
    return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
  };

  it('each have their own objects, by whatever name, and their own addresses of Services', async () => {
    await Promise.all(servers.map((server) => create(server, 'shared')));
    await create(servers[0]!, 'first');
    await create(servers[1]!, 'second');
    expect(await Promise.all(servers.map(names))).toEqual([
      ['first', 'shared'],
      ['second', 'shared'],
    ]);
    const create443 = (server: TestApiserver) =>
      server.admin.resource(services).create({
        metadata: { name: 'web', namespace: 'default' },
        spec: { clusterIP: '10.96.1.1', ports: [{ port: 443 }] },
      });
    for (const { spec } of await Promise.all(servers.map(create443))) expect(spec.clusterIP).toBe('10.96.1.1');
  });

  it('answer reads as of now while only the other one writes', async () => {
    const before = await names(servers[1]!);
    for (let round = 0; round < 10; round += 1) {
      await create(servers[0]!, `round-${round}`);
      expect(await names(servers[1]!)).toEqual(before);
    }
  });

  it('watch their own objects alone', async () => {
    const { resourceVersion } = await servers[1]!.admin.resource(configmaps).list({ namespace: 'default' });
    const stop = new AbortController();
    const watch = servers[1]!.admin.resource(configmaps).watch({ namespace: 'default', resourceVersion, signal: stop.signal });
    await create(servers[0]!, 'not-seen');
    await create(servers[1]!, 'seen');
    for await (const event of watch) {
      expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
      break;
    }
    stop.abort();
  });

  it('both go on after the history, which they share, was compacted', async () => {
    await stores[0]!.compact(await stores[0]!.currentRevision());
    for (const server of servers) {
      await create(server, 'later');
      expect(await names(server)).toContain('later');
    }
  });
});
