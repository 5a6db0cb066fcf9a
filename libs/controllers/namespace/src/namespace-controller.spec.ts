import { configmaps, namespaces, pods } from '@keelson/api';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import type { RawRequest } from '@keelson/client';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { NamespaceController } from './namespace-controller';

const verbs = ['delete', 'deletecollection', 'list'];

/** Serves the core group, and one group whose server can be down. */
class DiscoveringApi extends FakeApi {
  isDown = false;

  override raw<R>({ path }: RawRequest = { path: '' }): Promise<R> {
    const answers: Record<string, unknown> = {
      '/apis': { groups: [{ name: 'down.example', versions: [{ groupVersion: 'down.example/v1', version: 'v1' }] }] },
      '/apis/down.example/v1': { resources: [] },
      '/api/v1': {
        resources: [
          { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['delete', 'list'] },
          { name: 'pods', kind: 'Pod', namespaced: true, verbs },
          { name: 'pods/status', kind: 'Pod', namespaced: true, verbs },
          { name: 'nodes', kind: 'Node', namespaced: false, verbs },
        ],
      },
    };
    if (this.isDown && path.startsWith('/apis/down')) return Promise.reject(new Error('no endpoints'));
    return Promise.resolve(answers[path] as R);
  }
}

async function given({ isDeleted = true } = {}) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new DiscoveringApi({ clock });
  api.add(namespaces, {
    // The FakeApi knows of no spec.finalizers; this keeps the object there as those do on a server.
    metadata: { name: 'ns', finalizers: ['test'], ...(isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { finalizers: ['kubernetes'] },
  });
  api.add(configmaps, { metadata: { namespace: 'ns', name: 'c' } });
  api.add(configmaps, { metadata: { namespace: 'other', name: 'c' } });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new NamespaceController({ client, namespaces: informer(namespaces), clock });
  });
  const conditions = () => api.all(namespaces)[0]?.status?.conditions?.filter(({ status }) => status === 'True') ?? [];
  return { api, run, clock, conditions };
}

describe('the namespace controller', () => {
  it('deletes what is in the namespace and nothing else, and only then finalizes it', async () => {
    const { api, run } = await given();
    await run.reconcile('ns');
    expect(api.writes.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      'deletecollection pods',
      'delete configmaps',
      'update namespaces/status',
      'update namespaces/finalize',
    ]);
    expect(api.writes.at(-1)?.body).toMatchObject({ spec: { finalizers: [] } });
    expect(api.all(configmaps).map(({ metadata }) => metadata.namespace)).toEqual(['other']);
    await run.stop();
  });

  it('never touches a namespace that is not being deleted, whatever woke it', async () => {
    const { api, run } = await given({ isDeleted: false });
    await run.reconcile('ns');
    expect(api.writes).toEqual([]);
    await run.stop();
  });

  it('waits for what finalizers hold, and says who holds it', async () => {
    const { api, run, conditions } = await given();
    api.add(configmaps, { metadata: { namespace: 'ns', name: 'held', finalizers: ['example.com/hold'] } });
    expect(await run.reconcile('ns')).toEqual({ requeueAfter: 8000 });
    expect(conditions()).toMatchObject([
      { type: 'NamespaceContentRemaining', message: 'Some resources are remaining: configmaps. has 1 resource instances' },
      {
        type: 'NamespaceFinalizersRemaining',
        message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      },
    ]);
    api.remove(configmaps, { namespace: 'ns', name: 'held' });
    await run.reconcile('ns');
    expect(conditions()).toEqual([]);
    expect(api.writes.at(-1)?.resource).toBe('namespaces/finalize');
    await run.stop();
  });

  it('keeps everything else while pods remain, for half of their grace period', async () => {
    const { api, run } = await given();
    api.add(pods, { metadata: { namespace: 'ns', name: 'p' }, spec: { containers: [], terminationGracePeriodSeconds: 30 } });
    const pod = api.all(pods)[0];
    jest.spyOn(api.resource(pods), 'deleteCollection').mockResolvedValue();
    expect(await run.reconcile('ns')).toEqual({ requeueAfter: 16_000 });
    expect(api.all(configmaps)).toHaveLength(2);
    expect(api.all(pods)).toEqual([pod]);
    await run.stop();
  });

  it('does not finalize while a group can not be discovered, since it may have content there', async () => {
    const { api, run, conditions } = await given();
    api.isDown = true;
    await expect(run.reconcile('ns')).rejects.toThrow('down.example/v1: no endpoints');
    expect(conditions()).toMatchObject([{ type: 'NamespaceDeletionDiscoveryFailure', reason: 'DiscoveryFailed' }]);
    expect(api.all(configmaps)).toHaveLength(1);
    expect(api.writes.map(({ resource }) => resource)).not.toContain('namespaces/finalize');
    await run.stop();
  });

  it('goes on with the other resources when one can not be deleted', async () => {
    const { api, run, conditions } = await given();
    api.react(({ verb }) => {
      if (verb === 'deletecollection') throw StatusError.forbidden(pods, '', 'not you');
    });
    await expect(run.reconcile('ns')).rejects.toThrow('not you');
    expect(conditions()).toMatchObject([{ type: 'NamespaceDeletionContentFailure', reason: 'ContentDeletionFailed' }]);
    expect(api.all(configmaps)).toHaveLength(1);
    await run.stop();
  });
});
