import { configmaps, pods, replicasets, type ConfigMap } from '@keelson/api';
import { FakeClock, ownerReferenceTo, type Draft, type Resource } from '@keelson/apimachinery';
import type { RawRequest } from '@keelson/client';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { GarbageCollector } from './garbage-collector';

const verbs = ['delete', 'list', 'watch'];
const served = (resources: readonly Resource[]) => ({
  resources: resources.map(({ resource: name, kind, namespaced }) => ({ name, kind, namespaced, verbs })),
});

class DiscoveringApi extends FakeApi {
  override raw<R>({ path }: RawRequest = { path: '' }): Promise<R> {
    const answers: Record<string, unknown> = {
      '/apis': { groups: [{ name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] }] },
      '/api/v1': served([configmaps, pods]),
      '/apis/apps/v1': served([replicasets]),
    };
    return Promise.resolve(answers[path] as R);
  }
}

async function given() {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new DiscoveringApi({ clock });
  const owner = (name: string, metadata: Partial<ConfigMap['metadata']> = {}) =>
    api.add(configmaps, { metadata: { namespace: 'ns', name, ...metadata } });
  const owned = (name: string, owners: readonly ConfigMap[], metadata: Partial<ConfigMap['metadata']> = {}) =>
    api.add(configmaps, {
      metadata: { namespace: 'ns', name, ownerReferences: owners.map((each) => ownerReferenceTo(each, configmaps)), ...metadata },
    } satisfies Draft<ConfigMap>);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new GarbageCollector({ client, informer, recorder });
  });
  await run.reconcile('discovery');
  const settle = async (): Promise<void> => {
    for (let keys = await run.woken(); keys.length > 0; keys = await run.woken())
      for (const key of keys) if (key !== 'discovery') await run.reconcile(key);
  };
  const names = () => api.all(configmaps).map(({ metadata }) => metadata.name);
  return { api, run, owner, owned, settle, names };
}

const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };

describe('the garbage collector', () => {
  it('deletes what the owner leaves behind, and what that leaves behind', async () => {
    const { api, run, owner, owned, settle, names } = await given();
    const top = owner('top');
    owned('leaf', [owned('middle', [top])]);
    await settle();
    expect(api.writes).toEqual([]);
    api.remove(configmaps, top.metadata);
    await settle();
    expect(names()).toEqual([]);
    await run.stop();
  });

  it('does not take an owner that its cache has not seen yet for one that is gone', async () => {
    const { api, run, owner, owned, names } = await given();
    const top = { metadata: { name: 'top', namespace: 'ns', uid: 'top-uid' } } as ConfigMap;
    const child = owned('child', [top]);
    await run.woken();
    const release = api.holdEvents();
    owner('top', { uid: 'top-uid' });
    await run.reconcile(child.metadata.uid);
    release();
    expect(names()).toEqual(['child', 'top']);
    expect(api.writes).toEqual([]);
    await run.stop();
  });

  it('is not woken by a change that touches no ownership', async () => {
    const { api, run, owner, owned, settle } = await given();
    const child = owned('child', [owner('top')]);
    await settle();
    api.change(configmaps, child.metadata, (map) => (map.data = { a: 'b' }));
    expect(await run.woken()).toEqual([]);
    await run.stop();
  });

  it('deletes the child of an owner that was replaced by another of its name', async () => {
    const { api, run, owner, owned, settle, names } = await given();
    const before = owner('top');
    api.remove(configmaps, before.metadata);
    owner('top');
    owned('child', [before]);
    await settle();
    expect(names()).toEqual(['top']);
    await run.stop();
  });

  it('keeps what another owner holds, without the reference to the one that is gone', async () => {
    const { api, run, owner, owned, settle } = await given();
    const gone = owner('gone');
    const stays = owner('stays');
    owned('child', [gone, stays]);
    api.remove(configmaps, gone.metadata);
    await settle();
    expect(api.all(configmaps)[0]?.metadata.ownerReferences).toMatchObject([{ name: 'stays' }]);
    await run.stop();
  });

  it('lets an owner in foreground deletion go after its dependents', async () => {
    const { api, run, owner, owned, settle, names } = await given();
    const top = owner('top', { ...deleted, finalizers: ['foregroundDeletion'] });
    owned('child', [top]);
    await settle();
    expect(names()).toEqual([]);
    expect(api.writes.map(({ verb, name }) => `${verb} ${name ?? ''}`)).toEqual(['delete child', 'patch top']);
    await run.stop();
  });

  it('releases the dependents of an owner that orphans them, before it goes', async () => {
    const { api, run, owner, owned, settle, names } = await given();
    const top = owner('top', { ...deleted, finalizers: ['orphan'] });
    owned('child', [top]);
    await settle();
    expect(names()).toEqual(['child']);
    expect(api.all(configmaps)[0]?.metadata.ownerReferences).toBeUndefined();
    await run.stop();
  });
});
