import { systemClock, type Clock } from '@keelson/apimachinery';
import { Etcd3, Range } from 'etcd3';
import { storeConformance } from '../conformance/store.conformance';
import type { StoreFixture } from '../conformance/store-harness';
import type { Store } from '../store';
import { StoreUnavailable } from '../store-errors';
import { EtcdServer, installedEtcd, untilReachable } from '../testing/etcd-server';
import { openEtcdStore } from './open-etcd-store';
import { answersProgressSoundly } from './progress-support';

const version = installedEtcd();
const suite = version === undefined ? 'etcd3 (skipped: there is no etcd in the PATH)' : `etcd3 on etcd ${version}`;

(version === undefined ? describe.skip : describe)(suite, () => {
  let server: EtcdServer;

  const open = (prefix = '/registry'): Promise<Store> => openEtcdStore({ endpoints: [server.endpoint], prefix });

  beforeAll(async () => {
    server = await EtcdServer.create();
    server.start();
    const store = await untilReachable(() => open());
    await store.close();
  }, 30_000);

  afterAll(() => server.remove());

  storeConformance('etcd3', () => fixture());
  storeConformance('etcd3 under a prefix', () => fixture('clusters/one'));

  const fixture = async (prefix?: string): Promise<StoreFixture> => {
    const store = await open(prefix);
    const opened = [store];
    return {
      store,
      progressOnRequest: answersProgressSoundly(version ?? ''),
      async reopen() {
        const again = await open(prefix);
        opened.push(again);
        return again;
      },
      elapse: () => Promise.resolve(),
      async dispose() {
        await Promise.all(opened.map((each) => each.close()));
      },
    };
  };

  it('goes on with a watch and with writes over a crash of etcd, without gaps or doubles', async () => {
    const store = await open();
    const stop = new AbortController();
    const prefix = '/registry/crash/';
    const from = await store.currentRevision();
    const reading = readRevisions(store, { prefix, from, count: 20, signal: stop.signal });
    const revisions: number[] = [];
    for (let n = 0; n < 20; n++) {
      if (n === 10) {
        await server.kill();
        await expect(store.check()).rejects.toMatchObject({ code: 'store-unavailable' });
        server.start();
        await untilReachable(() => store.check());
      }
      const result = await store.put(`${prefix}${n}`, Buffer.from('x'), { expected: 0 });
      revisions.push(result.type === 'written' ? result.record.revision : -1);
    }
    expect(await reading).toEqual(revisions);
    stop.abort();
    await store.close();
  }, 30_000);

  it('tells a watch of the revisions that keys outside of its prefix have made, whether or not etcd can be asked for progress', async () => {
    const store = await open();
    const stop = new AbortController();
    const from = await store.currentRevision();
    const watch = store.watch('/registry/outside/', { from, signal: stop.signal })[Symbol.asyncIterator]();
    await store.put('/registry/outside/1', Buffer.from('x'), { expected: 0 });
    expect((await watch.next()).value).toMatchObject([{ type: 'put', record: { revision: from + 1 } }]);
    await store.put('compact_rev_key_of_another', Buffer.from('x'), { expected: 0 });
    store.requestProgress();
    expect((await watch.next()).value).toMatchObject([{ type: 'progress', revision: from + 2 }]);
    stop.abort();
    await store.close();
  }, 10_000);

  it('keeps all keys under the prefix, as upstream does, and only the key of compaction outside', async () => {
    const [one, all] = [await open('tenants/one/'), await open('/')];
    await one.put('/registry/pods/a', Buffer.from('x'), { expected: 0, ttl: 60 });
    await one.put('compact_rev_key', Buffer.from('x'), { expected: (await one.get('compact_rev_key'))?.revision ?? 0 });
    const [mine] = (await one.list('/registry/')).records;
    const [seen] = (await all.list('/registry/tenants/')).records;
    expect([mine?.key, seen?.key]).toEqual(['/registry/pods/a', '/registry/tenants/one/pods/a']);
    expect(await (await open()).get('compact_rev_key')).toMatchObject({ key: 'compact_rev_key' });
    await Promise.all([one.close(), all.close()]);
  });

  it('needs no rights on keys outside of the prefix to be healthy', async () => {
    const guarded = await EtcdServer.create();
    guarded.start();
    try {
      await (await untilReachable(() => openEtcdStore({ endpoints: [guarded.endpoint] }))).close();
      await demandPassword(guarded.endpoint, { username: 'root', password: 'secret' });
      await confine(guarded.endpoint, { username: 'tenant', password: 'theirs', prefix: '/tenant/' });
      const store = await openEtcdStore({
        endpoints: [guarded.endpoint],
        auth: { username: 'tenant', password: 'theirs' },
        prefix: 'tenant',
      });
      await store.check();
      expect(await store.put('/registry/pods/a', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
      await expect(store.get('/elsewhere')).rejects.toMatchObject({ code: 'store-refused', message: 'etcdserver: permission denied' });
      await store.close();
    } finally {
      await guarded.remove();
    }
  }, 30_000);

  it('says what etcd says where etcd has no room left, which reads do not need', async () => {
    const full = await EtcdServer.create({ quotaBytes: 100_000 });
    full.start();
    const store = await openEtcdStore({ endpoints: [full.endpoint], patienceMilliseconds: 20_000 });
    try {
      expect(await store.put('/registry/small', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
      for (const ttl of [undefined, 60]) {
        const writing = store.put('/registry/large', Buffer.alloc(200_000), { expected: 0, ...(ttl !== undefined && { ttl }) });
        await expect(writing).rejects.toMatchObject({ code: 'store-refused', message: 'etcdserver: mvcc: database space exceeded' });
      }
      expect((await store.list('/registry/')).records.map(({ key }) => key)).toEqual(['/registry/small']);
    } finally {
      await store.close();
      await full.remove();
    }
  }, 30_000);

  it('uses another endpoint where one does not answer', async () => {
    const store = await openEtcdStore({ endpoints: ['http://127.0.0.1:1', server.endpoint], clock: systemClock });
    expect(await store.put('/registry/failover', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
    await store.close();
  }, 30_000);

  it('waits for an etcd that is not there yet, if it is told to', async () => {
    const late = await EtcdServer.create();
    let isStarted = false;
    const clock: Clock = {
      ...systemClock,
      setTimeout: (action, milliseconds) => {
        if (!isStarted) late.start();
        isStarted = true;
        return systemClock.setTimeout(action, milliseconds);
      },
    };
    try {
      await expect(openEtcdStore({ endpoints: [late.endpoint] })).rejects.toThrow(StoreUnavailable);
      const store = await openEtcdStore({ endpoints: [late.endpoint], patienceMilliseconds: 20_000, clock });
      expect(await store.put('/registry/late', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
      await store.close();
    } finally {
      await late.remove();
    }
  }, 30_000);

  it('speaks TLS, and only to an etcd whose authority it was given', async () => {
    const secure = await EtcdServer.create({ tls: true });
    secure.start();
    try {
      const store = await untilReachable(async () =>
        openEtcdStore({ endpoints: [secure.endpoint], tls: { ca: await secure.certificate() } }),
      );
      expect(await store.put('/registry/tls', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
      await store.close();
      await expect(openEtcdStore({ endpoints: [secure.endpoint] })).rejects.toThrow(StoreUnavailable);
    } finally {
      await secure.remove();
    }
  }, 30_000);

  it('gets a new token where etcd has forgotten the one in use, for calls and for watches', async () => {
    const guarded = await EtcdServer.create();
    guarded.start();
    const connection = { endpoints: [guarded.endpoint], auth: { username: 'root', password: 'secret' } };
    try {
      await (await untilReachable(() => openEtcdStore({ endpoints: [guarded.endpoint] }))).close();
      await demandPassword(guarded.endpoint, connection.auth);
      const store = await openEtcdStore(connection);
      const stop = new AbortController();
      const reading = readRevisions(store, { prefix: '/registry/auth/', from: 1, count: 2, signal: stop.signal });
      await store.put('/registry/auth/1', Buffer.from('x'), { expected: 0 });
      await guarded.kill();
      guarded.start();
      await untilReachable(() => store.check());
      expect(await store.put('/registry/auth/2', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
      expect(await reading).toHaveLength(2);
      stop.abort();
      await store.close();
      await expect(openEtcdStore({ ...connection, auth: { username: 'root', password: 'wrong' } })).rejects.toThrow(StoreUnavailable);
    } finally {
      await guarded.remove();
    }
  }, 30_000);
});

async function demandPassword(endpoint: string, { username, password }: { username: string; password: string }): Promise<void> {
  const etcd = new Etcd3({ hosts: endpoint });
  const role = await etcd.role('root').create();
  const user = await etcd.user(username).create(password);
  await user.addRole(role);
  await etcd.auth.authEnable();
  etcd.close();
}

/** Makes a user that may do anything below a prefix and nothing else. */
async function confine(
  endpoint: string,
  { username, password, prefix }: { username: string; password: string; prefix: string },
): Promise<void> {
  const etcd = new Etcd3({ hosts: endpoint, auth: { username: 'root', password: 'secret' } });
  const role = await etcd.role(username).create();
  await role.grant({ permission: 'Readwrite', range: Range.prefix(prefix) });
  await (await etcd.user(username).create(password)).addRole(role);
  etcd.close();
}

interface Reading {
  readonly prefix: string;
  readonly from: number;
  readonly count: number;
  readonly signal: AbortSignal;
}

async function readRevisions(store: Store, { prefix, from, count, signal }: Reading): Promise<number[]> {
  const revisions: number[] = [];
  for await (const batch of store.watch(prefix, { from, signal })) {
    for (const event of batch) if (event.type === 'put') revisions.push(event.record.revision);
    if (revisions.length >= count) break;
  }
  return revisions;
}
