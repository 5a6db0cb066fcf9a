import { pods, replicasets, replicationcontrollers, type Pod, type ReplicaSet, type ReplicationController } from '@keelson/api';
import { FakeClock, ownerReferenceTo, StatusError, type Draft } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { REPLICA_SETS, REPLICATION_CONTROLLERS } from './replica-kinds';
import { ReplicaSetController } from './replicaset-controller';

const labels = { app: 'web' };
const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'other', uid: 'other', controller: true };

const web = (spec: Partial<ReplicaSet['spec']> = {}): Draft<ReplicaSet> => ({
  metadata: { name: 'web', namespace: 'ns', generation: 1 },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels } as never, spec: { containers: [] } }, ...spec },
});

const pod = (name: string, set: ReplicaSet | undefined, extra: Partial<Pod> = {}): Draft<Pod> => ({
  metadata: { name, namespace: 'ns', labels, ...(set === undefined ? {} : { ownerReferences: [ownerReferenceTo(set, replicasets)] }) },
  spec: { containers: [] },
  ...extra,
});

const readySince = (lastTransitionTime: string): Partial<Pod> => ({
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] },
});

async function given(set: Draft<ReplicaSet>, podsOf: (set: ReplicaSet) => Draft<Pod>[] = () => []) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const added = api.add(replicasets, set);
  for (const each of podsOf(added)) api.add(pods, each);
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new ReplicaSetController({ client, kind: REPLICA_SETS, sets: informer(replicasets), pods: informer(pods), recorder, clock });
  });
  const writes = () => api.writes.map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
  const status = () => api.all(replicasets)[0]?.status;
  return { api, clock, run, writes, status };
}

describe('the ReplicaSet controller', () => {
  it('creates what is missing from the template, owned by the set, and says so', async () => {
    const { api, run, status } = await given(web());
    await run.reconcile('ns/web');
    expect(api.all(pods)).toMatchObject(
      [0, 1].map(() => ({ metadata: { labels, ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true }] } })),
    );
    expect(run.events).toEqual(api.all(pods).map(({ metadata }) => `Normal SuccessfulCreate Created pod: ${metadata.name}`));
    expect(await run.woken()).toEqual(['ns/web']);
    await run.reconcile('ns/web');
    expect(status()).toMatchObject({ replicas: 2, fullyLabeledReplicas: 2, observedGeneration: 1, terminatingReplicas: 0 });
    await run.stop();
  });

  it('does not create twice what its cache has not seen yet', async () => {
    const { api, run } = await given(web());
    await run.woken();
    const release = api.holdEvents();
    await run.reconcile('ns/web');
    await run.reconcile('ns/web').catch(() => undefined);
    expect(api.all(pods)).toHaveLength(2);
    release();
    await run.stop();
  });

  it('deletes the pods that cost least first', async () => {
    const { run, writes } = await given(web({ replicas: 1 }), (set) => [
      pod('ready', set, readySince('2025-12-31T00:00:00Z')),
      pod('pending', set),
      pod('cheap', set, {
        ...readySince('2025-12-31T00:00:00Z'),
        metadata: { ...pod('cheap', set).metadata, annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } as never,
      }),
    ]);
    await run.reconcile('ns/web');
    expect(writes().slice(0, 2)).toEqual(['delete pods pending', 'delete pods cheap']);
    expect(run.events).toContain('Normal SuccessfulDelete Deleted pod: pending');
    await run.stop();
  });

  it('adopts a matching orphan and releases what no longer matches', async () => {
    const { api, run, writes } = await given(web(), (set) => [
      pod('orphan', undefined),
      { ...pod('stray', set), metadata: { ...pod('stray', set).metadata, labels: { app: 'other' } } },
    ]);
    await run.reconcile('ns/web');
    expect(writes().slice(0, 2).sort()).toEqual(['patch pods orphan', 'patch pods stray']);
    const owners = (name: string) => api.all(pods).find(({ metadata }) => metadata.name === name)?.metadata.ownerReferences;
    expect(owners('orphan')).toMatchObject([{ name: 'web' }]);
    expect(owners('stray')).toBeUndefined();
    await run.stop();
  });

  it('tries one pod, not all, where creating fails, and tells why in a condition until it works', async () => {
    const { api, run, writes, status } = await given(web({ replicas: 50 }));
    const undo = api.react(({ verb }) => {
      if (verb === 'create') throw StatusError.forbidden({ group: '', resource: 'pods' }, 'web', 'exceeded quota');
    });
    await expect(run.reconcile('ns/web')).rejects.toThrow('exceeded quota');
    expect(writes().filter((write) => write.startsWith('create'))).toHaveLength(1);
    expect(status()?.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }]);
    undo();
    await run.reconcile('ns/web');
    expect(api.all(pods)).toHaveLength(50);
    expect(status()?.conditions).toBeUndefined();
    await run.stop();
  });

  it('counts a pod as available after minReadySeconds, and comes back when that is', async () => {
    const { clock, run, status } = await given(web({ replicas: 1, minReadySeconds: 30 }), (set) => [
      pod('a', set, readySince('2025-12-31T23:59:50Z')),
    ]);
    expect(await run.reconcile('ns/web')).toEqual({ requeueAfter: 20_000 });
    expect(status()).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    await clock.advance(20_000);
    expect(await run.reconcile('ns/web')).toBeUndefined();
    expect(status()).toMatchObject({ availableReplicas: 1 });
    await run.stop();
  });
});

describe('the ReplicationController controller', () => {
  const controller: Draft<ReplicationController> = {
    metadata: { name: 'web', namespace: 'ns', generation: 1 },
    spec: { replicas: 1, selector: labels, template: { metadata: { labels } as never, spec: { containers: [] } } },
  };

  async function running() {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    const api = new FakeApi({ clock });
    api.add(replicationcontrollers, controller);
    const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
      const sets = informer(replicationcontrollers);
      return new ReplicaSetController({ client, kind: REPLICATION_CONTROLLERS, sets, pods: informer(pods), recorder, clock });
    });
    return { api, run, status: () => api.all(replicationcontrollers)[0]?.status };
  }

  it('creates pods that it owns, adopts by its plain selector, and leaves pods of a ReplicaSet alone', async () => {
    const { api, run, status } = await running();
    api.add(pods, { ...pod('of-a-set', undefined), metadata: { ...pod('of-a-set', undefined).metadata, ownerReferences: [owner] } });
    await run.reconcile('ns/web');
    const owned = api.all(pods).filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicationController');
    expect(owned).toMatchObject([{ metadata: { ownerReferences: [{ apiVersion: 'v1', name: 'web', controller: true }] } }]);
    api.remove(pods, owned[0]?.metadata ?? { name: '' });
    api.add(pods, pod('orphan', undefined));
    await run.reconcile('ns/web');
    expect(api.all(pods).map(({ metadata }) => metadata.name)).toEqual(['of-a-set', 'orphan']);
    await run.reconcile('ns/web');
    expect(status()).toEqual({ replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 0, availableReplicas: 0, observedGeneration: 1 });
    await run.stop();
  });

  it('tells of a quota that stops it, and no longer when it is scaled to what there is', async () => {
    const { api, run, status } = await running();
    api.react(({ verb }) => {
      if (verb === 'create') throw StatusError.forbidden({ group: '', resource: 'pods' }, 'web', 'exceeded quota');
    });
    await expect(run.reconcile('ns/web')).rejects.toThrow('exceeded quota');
    expect(status()?.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }]);
    api.change(replicationcontrollers, { namespace: 'ns', name: 'web' }, ({ spec }) => (spec.replicas = 0));
    await run.reconcile('ns/web');
    expect(status()?.conditions).toBeUndefined();
    await run.stop();
  });
});
