import { daemonsets, nodes, pods } from '@keelson/api';
import { StatusError } from '@keelson/apimachinery';
import { givenDaemonSet, labels, node, template } from './testing/given-daemon-set';

describe('the DaemonSet controller', () => {
  it('makes a pod for every node, which the scheduler can bind nowhere else', async () => {
    const { api, on, reconcile, run } = await givenDaemonSet();
    await reconcile();
    expect(['a', 'b', 'c'].map((name) => on(name).length)).toEqual([1, 1, 1]);
    const [pod] = on('a');
    expect(pod?.spec.affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
      },
    });
    expect(pod?.spec.tolerations?.map(({ key }) => key)).toContain('node.kubernetes.io/unschedulable');
    expect(pod?.metadata).toMatchObject({ labels, ownerReferences: [{ kind: 'DaemonSet', name: 'agent', controller: true }] });
    expect(run.events).toHaveLength(3);
    await reconcile();
    expect(api.all(pods)).toHaveLength(3);
    await run.stop();
  });

  it('counts nodes: those that should have a pod, have one, have a ready one, have one that should not', async () => {
    const { on, reconcile, report, run, status, taint } = await givenDaemonSet();
    await reconcile();
    await reconcile();
    for (const name of ['a', 'b']) report(on(name)[0]);
    taint('b', { key: 'k', effect: 'NoSchedule' });
    await reconcile();
    expect(status()).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberMisscheduled: 1,
      numberReady: 1,
      numberAvailable: 1,
      numberUnavailable: 1,
      updatedNumberScheduled: 2,
    });
    await run.stop();
  });

  it('leaves a node alone that the template selects away or does not tolerate', async () => {
    const { change, on, reconcile, run, taint } = await givenDaemonSet({}, ['a', 'b']);
    taint('b', { key: 'k', effect: 'NoSchedule' });
    await reconcile();
    expect([on('a').length, on('b').length]).toEqual([1, 0]);
    change({ template: template('one', { nodeSelector: { 'kubernetes.io/hostname': 'b' }, tolerations: [{ operator: 'Exists' }] }) });
    await reconcile();
    expect([on('a').length, on('b').length]).toEqual([0, 1]);
    await run.stop();
  });

  it('lets a pod stay under a taint that only keeps new ones off, and takes it away under one that drives off', async () => {
    const { on, reconcile, run, taint } = await givenDaemonSet();
    await reconcile();
    taint('a', { key: 'k', effect: 'NoSchedule' });
    taint('b', { key: 'k', effect: 'NoExecute' });
    await reconcile();
    expect([on('a').length, on('b').length]).toEqual([1, 0]);
    await run.stop();
  });

  it('is woken by a node that is new to it or gone, and not by one that only reports', async () => {
    const { api, run, taint } = await givenDaemonSet();
    await run.woken();
    api.change(nodes, { name: 'a' }, (each) => (each.status = { conditions: [] }));
    expect(await run.woken()).toEqual([]);
    api.add(nodes, node('d'));
    expect(await run.woken()).toEqual(['ns/agent']);
    taint('a', { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' });
    expect(await run.woken()).toEqual([]);
    taint('a', { key: 'k', effect: 'NoSchedule' });
    expect(await run.woken()).toEqual(['ns/agent']);
    api.remove(nodes, { name: 'd' });
    expect(await run.woken()).toEqual(['ns/agent']);
    await run.stop();
  });

  it('deletes a pod that waits for a node that is gone', async () => {
    const { api, on, reconcile, run, report } = await givenDaemonSet();
    await reconcile();
    report(on('a')[0]);
    for (const name of ['a', 'b']) api.remove(nodes, { name });
    await reconcile();
    expect([on('a').length, on('b').length, on('c').length]).toEqual([1, 0, 1]);
    await run.stop();
  });

  it('does not create twice what its cache has not seen yet', async () => {
    const { api, reconcile, run } = await givenDaemonSet();
    await run.woken();
    const release = api.holdEvents();
    await reconcile();
    await reconcile().catch(() => undefined);
    expect(api.all(pods)).toHaveLength(3);
    release();
    await run.stop();
  });

  it('keeps the oldest bound pod of several on a node', async () => {
    const { api, on, reconcile, report, run } = await givenDaemonSet({}, ['a']);
    await reconcile();
    const [first] = on('a');
    report(first);
    const { metadata, spec } = first ?? { metadata: {}, spec: { containers: [] } };
    api.add(pods, { metadata: { ...metadata, name: 'a-earlier', uid: 'x', creationTimestamp: '2025-01-01T00:00:00Z' }, spec });
    await reconcile();
    expect(on('a').map(({ metadata: { name } }) => name)).toEqual([first?.metadata.name]);
    await run.stop();
  });

  it('replaces a failed pod at once, and then waits for longer and longer', async () => {
    const { clock, on, reconcile, report, run } = await givenDaemonSet({}, ['a']);
    await reconcile();
    report(on('a')[0], 'Failed', false);
    await reconcile();
    expect(on('a')).toEqual([]);
    expect(run.events.join()).toContain('Warning FailedDaemonPod Found failed daemon pod ns/');
    await reconcile();
    report(on('a')[0], 'Failed', false);
    expect(await reconcile()).toEqual({ requeueAfter: 1000 });
    expect(on('a')).toHaveLength(1);
    await clock.advance(1000);
    await reconcile();
    expect(on('a')).toEqual([]);
    await reconcile();
    report(on('a')[0], 'Failed', false);
    expect(await reconcile()).toEqual({ requeueAfter: 2000 });
    await run.stop();
  });

  it('makes room for the deletion of a pod before it makes the next', async () => {
    const { api, on, reconcile, report, run } = await givenDaemonSet({}, ['a']);
    await reconcile();
    const pod = on('a')[0];
    report(pod);
    api.change(pods, pod?.metadata ?? { name: '' }, ({ metadata }) => {
      Object.assign(metadata, { finalizers: ['test/hold'], deletionTimestamp: '2026-01-01T00:00:00Z' });
    });
    await reconcile();
    expect(on('a')).toHaveLength(1);
    api.remove(pods, pod?.metadata ?? { name: '' });
    await reconcile();
    expect(on('a')).toHaveLength(1);
    expect(on('a')[0]?.metadata.uid).not.toBe(pod?.metadata.uid);
    await run.stop();
  });

  it('fails with the first error of many pods, tries few, and still tells its status', async () => {
    const { api, reconcile, run, status } = await givenDaemonSet();
    api.react(({ resource, verb }) => {
      if (resource === 'pods' && verb === 'create') throw StatusError.forbidden({ group: '', resource: 'pods' }, 'p', 'exceeded quota');
    });
    await expect(reconcile()).rejects.toThrow('exceeded quota');
    expect(api.writes.filter(({ resource }) => resource === 'pods')).toHaveLength(1);
    expect(status()).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 0 });
    await run.stop();
  });

  it('does nothing while the set is being deleted', async () => {
    const { api, daemonSet, reconcile, run } = await givenDaemonSet();
    api.change(daemonsets, daemonSet.metadata, ({ metadata }) => {
      Object.assign(metadata, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] });
    });
    await reconcile();
    expect(api.writes).toEqual([]);
    await run.stop();
  });
});

describe('the update of a DaemonSet', () => {
  it('replaces as many pods at once as may be unavailable, and goes on when the new ones are available', async () => {
    const { change, images, reconcile, run, runAll, settle } = await givenDaemonSet({ minReadySeconds: 0 });
    await settle();
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['a: two', 'b: one', 'c: one']);
    await reconcile();
    expect(images()).toEqual(['a: two', 'b: one', 'c: one']);
    runAll();
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['a: two', 'b: two', 'c: one']);
    await settle();
    expect(images()).toEqual(['a: two', 'b: two', 'c: two']);
    await run.stop();
  });

  it('replaces pods that are not available anyway, however many', async () => {
    const { change, images, on, reconcile, report, run, settle } = await givenDaemonSet();
    await settle();
    for (const name of ['b', 'c']) report(on(name)[0], 'Running', false);
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images()).toEqual(['a: one', 'b: two', 'c: two']);
    await run.stop();
  });

  it('makes a new pod beside the old one where it surges, and deletes the old when the new is available', async () => {
    const { change, images, on, reconcile, report, run, settle } = await givenDaemonSet({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    await settle();
    change({ template: template('two') });
    await reconcile();
    await reconcile();
    expect(images().map((each) => each.length)).toEqual(['a: one two', 'b: one', 'c: one'].map(({ length }) => length));
    report(on('a').find(({ status }) => status === undefined));
    await reconcile();
    expect(images()).toEqual(['a: two', 'b: one', 'c: one']);
    await settle();
    expect(images()).toEqual(['a: two', 'b: two', 'c: two']);
    await run.stop();
  });

  it('moves with a surge to where it should be before it leaves where it should not', async () => {
    const { change, images, reconcile, run, runAll, settle } = await givenDaemonSet(
      {
        template: template('one', { nodeSelector: { 'kubernetes.io/hostname': 'a' } }),
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      },
      ['a', 'b'],
    );
    await settle();
    expect(images()).toEqual(['a: one', 'b: ']);
    change({ template: template('two') });
    await reconcile();
    runAll();
    await settle();
    expect(images()).toEqual(['a: two', 'b: two']);
    await run.stop();
  });

  it('waits for deletions by hand where the strategy says so', async () => {
    const { api, change, images, on, run, settle } = await givenDaemonSet({ updateStrategy: { type: 'OnDelete' } });
    await settle();
    change({ template: template('two') });
    await settle();
    expect(images()).toEqual(['a: one', 'b: one', 'c: one']);
    api.remove(pods, on('b')[0]?.metadata ?? { name: '' });
    await settle();
    expect(images()).toEqual(['a: one', 'b: two', 'c: one']);
    await run.stop();
  });

  it('keeps its templates as revisions, goes back to one under a new number, and drops the oldest beyond its limit', async () => {
    const { change, revisions, run, settle } = await givenDaemonSet({ revisionHistoryLimit: 1 }, ['a']);
    for (const image of ['one', 'two', 'one', 'three']) {
      change({ template: template(image) });
      await settle();
    }
    expect(revisions()).toEqual([3, 4]);
    await run.stop();
  });

  it('counts a pod as available after minReadySeconds, and comes back when that is', async () => {
    const { clock, reconcile, run, runAll, status } = await givenDaemonSet({ minReadySeconds: 30 }, ['a']);
    await reconcile();
    runAll();
    expect(await reconcile()).toEqual({ requeueAfter: 30_000 });
    expect(status()).toMatchObject({ numberReady: 1, numberAvailable: 0 });
    await clock.advance(30_000);
    await reconcile();
    expect(status()).toMatchObject({ numberAvailable: 1, numberUnavailable: 0 });
    await run.stop();
  });
});
