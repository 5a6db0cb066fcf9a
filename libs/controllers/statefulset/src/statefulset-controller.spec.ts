import { controllerrevisions, pods, statefulsets } from '@keelson/api';
import { StatusError } from '@keelson/apimachinery';
import { givenStatefulSet, labels, START, template } from './testing/given-stateful-set';

describe('the StatefulSet controller, in order', () => {
  it('makes one pod after the other, each when all before it are ready', async () => {
    const { names, reconcile, report, run } = await givenStatefulSet();
    await reconcile();
    await reconcile();
    expect(names()).toEqual(['db-0']);
    report('db-0', 'Running', false);
    await reconcile();
    expect(names()).toEqual(['db-0']);
    report('db-0');
    expect(await run.woken()).toEqual(['ns/db']);
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1']);
    expect(run.events).toEqual([
      'Normal SuccessfulCreate Create Pod db-0 in StatefulSet db successful',
      'Normal SuccessfulCreate Create Pod db-1 in StatefulSet db successful',
    ]);
    await run.stop();
  });

  it('gives pods their identity: names from the first ordinal on, host names, and labels', async () => {
    const { api, names, run, settle, revisions } = await givenStatefulSet({ replicas: 2, ordinals: { start: 5 } });
    await settle();
    expect(names()).toEqual(['db-5', 'db-6']);
    expect(api.all(pods)[0]).toMatchObject({
      metadata: {
        generateName: 'db-',
        labels: {
          ...labels,
          'statefulset.kubernetes.io/pod-name': 'db-5',
          'apps.kubernetes.io/pod-index': '5',
          'controller-revision-hash': revisions()[0]?.metadata.name,
        },
        ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }],
      },
      spec: { hostname: 'db-5', subdomain: 'dbs' },
    });
    await run.stop();
  });

  it('scales down from the highest, one at a time, and waits for each to be gone', async () => {
    const { api, change, names, reconcile, run, settle } = await givenStatefulSet();
    await settle();
    api.change(pods, { namespace: 'ns', name: 'db-2' }, ({ metadata }) => (metadata.finalizers = ['test/hold']));
    change({ replicas: 1 });
    await reconcile();
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    api.remove(pods, { namespace: 'ns', name: 'db-2' });
    await reconcile();
    expect(names()).toEqual(['db-0']);
    await run.stop();
  });

  it('does not scale down while a lower pod is ill, unless that is the one to go', async () => {
    const { change, names, reconcile, report, run, settle } = await givenStatefulSet();
    await settle();
    report('db-0', 'Running', false);
    change({ replicas: 1 });
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    report('db-0');
    report('db-2', 'Running', false);
    report('db-1', 'Running', false);
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    report('db-1');
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1']);
    await run.stop();
  });

  it('replaces a pod that ended, also one that succeeded, once it is gone', async () => {
    const { api, names, reconcile, report, run, settle } = await givenStatefulSet({ replicas: 1 });
    await settle();
    const [before] = api.all(pods);
    report('db-0', 'Succeeded', false);
    await reconcile();
    expect(names()).toEqual([]);
    await reconcile();
    expect(api.all(pods)[0]?.metadata.uid).not.toEqual(before?.metadata.uid);
    expect(run.events).toContain('Normal SuccessfulDelete Delete Pod db-0 in StatefulSet db successful');
    await run.stop();
  });

  it('counts a pod as available after minReadySeconds, and comes back when that is', async () => {
    const { clock, names, reconcile, report, run, status } = await givenStatefulSet({ minReadySeconds: 30 });
    await reconcile();
    report('db-0');
    expect(await reconcile()).toEqual({ requeueAfter: 30_000 });
    expect(status()).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    expect(names()).toEqual(['db-0']);
    await clock.advance(30_000);
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1']);
    await run.stop();
  });

  it('decides nothing while its own writes are unseen', async () => {
    const { api, names, reconcile, report, run } = await givenStatefulSet({ replicas: 1 });
    await reconcile();
    report('db-0', 'Failed', false);
    await run.woken();
    const release = api.holdEvents();
    await reconcile();
    await reconcile();
    expect(api.writes.filter(({ verb, resource }) => resource === 'pods' && verb !== 'patch').map(({ verb }) => verb)).toEqual([
      'create',
      'delete',
    ]);
    release();
    await reconcile();
    expect(names()).toEqual(['db-0']);
    await run.stop();
  });

  it('adopts an orphan of its name, and leaves one that is named otherwise', async () => {
    const { api, reconcile, run } = await givenStatefulSet({ replicas: 1 });
    for (const name of ['db-0', 'other-0', 'db-00'])
      api.add(pods, { metadata: { name, namespace: 'ns', labels }, spec: { containers: [] } });
    await reconcile();
    const owned = api.all(pods).filter(({ metadata }) => metadata.ownerReferences !== undefined);
    expect(owned.map(({ metadata }) => metadata.name)).toEqual(['db-0']);
    await run.stop();
  });

  it('gives an adopted pod its labels once it is well', async () => {
    const { api, reconcile, report, run } = await givenStatefulSet({ replicas: 1, updateStrategy: { type: 'OnDelete' } });
    api.add(pods, { metadata: { name: 'db-0', namespace: 'ns', labels }, spec: { containers: [] } });
    report('db-0');
    await reconcile();
    expect(api.all(pods)[0]?.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'db-0' });
    await run.stop();
  });

  it('tells of a pod that can not be made, in an event and by failing', async () => {
    const { api, reconcile, run, status } = await givenStatefulSet();
    api.react(({ resource, verb }) => {
      if (resource === 'pods' && verb === 'create') throw StatusError.forbidden({ group: '', resource: 'pods' }, 'db-0', 'exceeded quota');
    });
    await expect(reconcile()).rejects.toThrow('exceeded quota');
    expect(run.events.join()).toContain('Warning FailedCreate Create Pod db-0 in StatefulSet db failed error');
    expect(status()).toMatchObject({ replicas: 0, observedGeneration: 1 });
    await run.stop();
  });

  it('does nothing but count while the set is being deleted', async () => {
    const { api, names, reconcile, run, status, set } = await givenStatefulSet();
    api.change(statefulsets, set.metadata, ({ metadata }) => {
      Object.assign(metadata, { deletionTimestamp: START, finalizers: ['foregroundDeletion'] });
    });
    await reconcile();
    expect(names()).toEqual([]);
    expect(status()).toMatchObject({ replicas: 0 });
    await run.stop();
  });
});

describe('the StatefulSet controller, in parallel', () => {
  it('makes and deletes all at once', async () => {
    const { change, names, reconcile, run } = await givenStatefulSet({ podManagementPolicy: 'Parallel' });
    await reconcile();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    change({ replicas: 0 });
    await reconcile();
    expect(names()).toEqual([]);
    await run.stop();
  });
});

describe('the update of a StatefulSet', () => {
  it('replaces pods from the highest down, each when those above it are well', async () => {
    const { change, images, reconcile, report, revisions, run, settle, status } = await givenStatefulSet();
    await settle();
    const [first] = revisions();
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['one', 'one', 'two']);
    const [, second] = revisions();
    expect(second).toMatchObject({ revision: 2, data: { spec: { template: { ...template('two'), $patch: 'replace' } } } });
    await reconcile();
    expect(images()).toEqual(['one', 'one', 'two']);
    expect(status()).toMatchObject({
      currentRevision: first?.metadata.name,
      updateRevision: second?.metadata.name,
      currentReplicas: 2,
      updatedReplicas: 1,
    });
    report('db-2');
    await settle();
    expect(images()).toEqual(['two', 'two', 'two']);
    expect(status()).toMatchObject({ currentRevision: second?.metadata.name, currentReplicas: 3, updatedReplicas: 3, collisionCount: 0 });
    await run.stop();
  });

  it('needs no partition, and then counts on its status for what to make a pod from', async () => {
    const { change, images, reconcile, run, settle } = await givenStatefulSet({ updateStrategy: { type: 'RollingUpdate' } });
    await settle();
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['one', 'one', 'two']);
    await settle();
    expect(images()).toEqual(['two', 'two', 'two']);
    await run.stop();
  });

  it('leaves the pods below the partition, and makes them anew from the old template', async () => {
    const { api, change, images, run, settle, status } = await givenStatefulSet();
    await settle();
    change({ template: template('two'), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    await settle();
    expect(images()).toEqual(['one', 'one', 'two']);
    api.remove(pods, { namespace: 'ns', name: 'db-0' });
    api.remove(pods, { namespace: 'ns', name: 'db-2' });
    await settle();
    expect(images()).toEqual(['one', 'one', 'two']);
    expect(status()).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    await run.stop();
  });

  it('waits for deletions by hand where the strategy says so', async () => {
    const { api, change, images, run, settle } = await givenStatefulSet({ updateStrategy: { type: 'OnDelete' } });
    await settle();
    change({ template: template('two') });
    await settle();
    expect(images()).toEqual(['one', 'one', 'one']);
    api.remove(pods, { namespace: 'ns', name: 'db-1' });
    await settle();
    expect(images()).toEqual(['one', 'two', 'one']);
    await run.stop();
  });

  it('goes back to an earlier revision under a new number', async () => {
    const { change, images, revisions, run, settle } = await givenStatefulSet({ replicas: 1 });
    await settle();
    change({ template: template('two') });
    await settle();
    const [first, second] = revisions();
    change({ template: template('one') });
    await settle();
    expect(images()).toEqual(['one']);
    expect(revisions().map(({ metadata, revision }) => [metadata.name, revision])).toEqual([
      [second?.metadata.name, 2],
      [first?.metadata.name, 3],
    ]);
    await run.stop();
  });

  it('replaces even a broken pod, so that a bad template can be mended', async () => {
    const { change, images, reconcile, report, run, settle } = await givenStatefulSet({ replicas: 1, podManagementPolicy: 'Parallel' });
    await settle();
    report('db-0', 'Running', false);
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['two']);
    await run.stop();
  });

  it('keeps as many old revisions as its limit says, and those that pods are made from', async () => {
    const { change, revisions, run, settle } = await givenStatefulSet({ replicas: 1, revisionHistoryLimit: 1 });
    await settle();
    for (const image of ['two', 'three', 'four']) {
      change({ template: template(image) });
      await settle();
    }
    await settle();
    expect(revisions().map(({ revision }) => revision)).toEqual([3, 4]);
    await run.stop();
  });

  it('takes another name where one is taken by other data, and remembers so', async () => {
    const { api, revisions, run, settle, status, change } = await givenStatefulSet({ replicas: 1 });
    await settle();
    const [name] = revisions().map(({ metadata }) => metadata.name);
    api.change(controllerrevisions, { namespace: 'ns', name: name ?? '' }, (revision) => (revision.data = { spec: { other: true } }));
    change({ replicas: 1 });
    await settle();
    expect(status()?.collisionCount).toBe(1);
    expect(revisions()).toHaveLength(2);
    await run.stop();
  });
});
