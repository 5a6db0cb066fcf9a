import { sleep, systemClock } from '@keelson/apimachinery';
import { Etcd3 } from 'etcd3';
import { storeConformance, type StoreFixture } from '../store.conformance';
import type { Store } from '../store';
import { StoreUnavailable } from '../store-errors';
import { EtcdServer, installedEtcd } from '../testing/etcd-server';
import { openEtcdStore } from './open-etcd-store';
import { answersProgressSoundly } from './progress-support';

const version = installedEtcd();
const suite = version === undefined ? 'etcd3 (skipped: there is no etcd in the PATH)' : `etcd3 on etcd ${version}`;

(version === undefined ? describe.skip : describe)(suite, () => {
  let server: EtcdServer;

  const open = (): Promise<Store> => openEtcdStore({ endpoints: [server.endpoint] });

  beforeAll(async () => {
    server = await EtcdServer.create();
    server.start();
    const store = await untilReachable(open);
    await store.close();
  }, 30_000);

  afterAll(() => server.remove());

  storeConformance('etcd3', async (): Promise<StoreFixture> => {
    const store = await open();
    const opened = [store];
    return {
      store,
      progressOnRequest: answersProgressSoundly(version ?? ''),
      async reopen() {
        const again = await open();
        opened.push(again);
        return again;
      },
      elapse: () => Promise.resolve(),
      async dispose() {
        await Promise.all(opened.map((each) => each.close()));
      },
    };
  });

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

  it('uses another endpoint where one does not answer', async () => {
    const store = await openEtcdStore({ endpoints: ['http://127.0.0.1:1', server.endpoint], clock: systemClock });
    expect(await store.put('/registry/failover', Buffer.from('x'), { expected: 0 })).toMatchObject({ type: 'written' });
    await store.close();
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

/** Tries again and again until the test's own time is over: how long etcd takes to start is its business. */
async function untilReachable<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(systemClock, 20);
    }
  }
}
