import { jobs, pods } from '@keelson/api';
import { TRACKING_FINALIZER } from './job-pods';
import { givenJob, labels, START } from './testing/job-run';

describe('the Job controller', () => {
  it('runs pods until enough have succeeded, releases and counts each, and completes', async () => {
    const { run, all, end, status, conditions } = await givenJob({ completions: 3 });
    await run.reconcile('ns/j');
    expect(all()).toHaveLength(2);
    expect(all()[0]?.metadata).toMatchObject({ labels, finalizers: [TRACKING_FINALIZER], ownerReferences: [{ kind: 'Job', name: 'j' }] });
    expect(status()).toMatchObject({ active: 2, startTime: START });
    for (const pod of all()) end(pod, 'Succeeded');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ active: 1, succeeded: 2, uncountedTerminatedPods: {} });
    end(
      all().find(({ status: of }) => of === undefined),
      'Succeeded',
    );
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ active: 0, ready: 0, succeeded: 3, failed: 0, terminating: 0, completionTime: START });
    expect(conditions()).toEqual(['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached']);
    expect(all().flatMap(({ metadata }) => metadata.finalizers)).toEqual([]);
    expect(run.events.at(-1)).toBe('Normal Completed Job completed');
    expect(run.events[0]).toMatch(/^Normal SuccessfulCreate Created pod: j-/);
    await run.stop();
  });

  it('waits ten seconds after a failure, twice that after the next, and fails past the limit', async () => {
    const { run, clock, running, end, status, conditions } = await givenJob({ completions: 1, parallelism: 1, backoffLimit: 2 });
    await run.reconcile('ns/j');
    for (const pause of [10_000, 20_000]) {
      end(running()[0], 'Failed');
      expect(await run.reconcile('ns/j')).toEqual({ requeueAfter: pause });
      await clock.advance(pause - 1);
      await run.reconcile('ns/j');
      expect(running()).toHaveLength(0);
      await clock.advance(1);
      await run.reconcile('ns/j');
      expect(running()).toHaveLength(1);
    }
    end(running()[0], 'Failed');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ failed: 3, active: 0 });
    expect(conditions()).toEqual(['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded']);
    expect(run.events.at(-1)).toBe('Warning BackoffLimitExceeded Job has reached the specified backoff limit');
    await run.stop();
  });

  it('fails when its deadline is over, deletes what runs, and is Failed only when that is gone', async () => {
    const { run, clock, all, status, conditions } = await givenJob({ activeDeadlineSeconds: 30 });
    expect(await run.reconcile('ns/j')).toEqual({ requeueAfter: 30_000 });
    await clock.advance(30_000);
    await run.reconcile('ns/j');
    expect(all()).toEqual([]);
    expect(conditions()).toEqual(['FailureTarget=True DeadlineExceeded']);
    await run.reconcile('ns/j');
    expect(conditions()).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
    expect(status()).toMatchObject({ failed: 2, active: 0, terminating: 0 });
    await run.stop();
  });

  it('deletes its pods while it is suspended without counting them, and starts its time anew when resumed', async () => {
    const { run, clock, all, status, change, conditions } = await givenJob();
    await run.reconcile('ns/j');
    change({ suspend: true });
    await run.reconcile('ns/j');
    expect(all()).toEqual([]);
    expect(status()).toMatchObject({ active: 0, failed: 0 });
    expect(status()?.startTime).toBeUndefined();
    expect(conditions()).toEqual(['Suspended=True JobSuspended']);
    await clock.advance(60_000);
    change({ suspend: false });
    await run.reconcile('ns/j');
    expect(all()).toHaveLength(2);
    expect(status()).toMatchObject({ startTime: '2026-01-01T00:01:00Z', failed: 0 });
    expect(conditions()).toEqual(['Suspended=False JobResumed']);
    expect(run.events).toEqual(expect.arrayContaining(['Normal Suspended Job suspended', 'Normal Resumed Job resumed']));
    await run.stop();
  });

  it('gives each pod of an indexed job an index of its own, and one that failed again', async () => {
    const given = await givenJob({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    const { run, clock, all, running, end, status, indexOf, ofIndex: of } = given;
    await run.reconcile('ns/j');
    expect(all().map(indexOf).sort()).toEqual(['0', '1', '2']);
    expect(of('1')).toMatchObject({
      metadata: { labels: { 'batch.kubernetes.io/job-completion-index': '1' }, generateName: 'j-1-' },
      spec: { hostname: 'j-1', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] },
    });
    end(of('0'), 'Succeeded');
    end(of('2'), 'Succeeded');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ completedIndexes: '0,2', succeeded: 2 });
    end(of('1'), 'Failed');
    await run.reconcile('ns/j');
    await clock.advance(10_000);
    await run.reconcile('ns/j');
    expect(running().map(indexOf)).toEqual(['1']);
    end(of('1'), 'Succeeded');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1, completionTime: '2026-01-01T00:00:10Z' });
    await run.stop();
  });

  it.each([1, 2, 3, 4, 5])('counts every pod once when it is killed before its write number %d', async (fatal) => {
    const { api, run, start, all, end, status } = await givenJob({ completions: 3, parallelism: 3 });
    await run.reconcile('ns/j');
    end(all()[0], 'Succeeded');
    end(all()[1], 'Failed');
    end(all()[2], 'Succeeded');
    let writes = 0;
    const undo = api.react(() => {
      if ((writes += 1) >= fatal) throw new Error('killed');
    });
    await run.reconcile('ns/j').catch(() => undefined);
    await run.stop();
    undo();
    const next = await start();
    await next.reconcile('ns/j');
    await next.reconcile('ns/j');
    expect(status()).toMatchObject({ succeeded: 2, failed: 1, uncountedTerminatedPods: {} });
    expect(all().flatMap((pod) => (pod.status === undefined ? [] : (pod.metadata.finalizers ?? [])))).toEqual([]);
    await next.stop();
  });

  it('counts a pod once although its cache still shows the finalizer that it took off', async () => {
    const { run, all, freeze, end, status } = await givenJob({ completions: 5, parallelism: 1 });
    await run.reconcile('ns/j');
    end(all()[0], 'Succeeded');
    freeze();
    await run.reconcile('ns/j');
    await run.reconcile('ns/j');
    freeze(false);
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} });
    await run.stop();
  });

  it('does nothing on an older version of the job than it wrote', async () => {
    const { api, run, all, end, status } = await givenJob({ completions: 5, parallelism: 1 });
    await run.reconcile('ns/j');
    end(all()[0], 'Succeeded');
    await run.woken();
    const release = api.holdEvents();
    await run.reconcile('ns/j');
    await run.reconcile('ns/j');
    release();
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ succeeded: 1 });
    await run.stop();
  });

  it('deletes the pods of a finished job that still run, and lets go of those of a job that is gone', async () => {
    const { api, run, all, end } = await givenJob();
    await run.reconcile('ns/j');
    end(all()[1], 'Succeeded');
    const condition = { type: 'Failed', status: 'True' };
    api.change(jobs, { namespace: 'ns', name: 'j' }, (each) => Object.assign(each, { status: { conditions: [condition] } }));
    await run.reconcile('ns/j');
    expect(all()).toMatchObject([{ status: { phase: 'Succeeded' }, metadata: { finalizers: [] } }]);
    api.change(pods, all()[0]?.metadata ?? { name: '' }, ({ metadata }) => (metadata.finalizers = [TRACKING_FINALIZER]));
    api.remove(jobs, { namespace: 'ns', name: 'j' });
    await run.reconcile('ns/j');
    expect(all()).toMatchObject([{ metadata: { finalizers: [] } }]);
    await run.stop();
  });

  it('deletes a pod whose deletion was cut off after its finalizer was taken off, as it could not be counted', async () => {
    const { api, run, all, change, status } = await givenJob();
    await run.reconcile('ns/j');
    change({ suspend: true });
    const undo = api.react(({ verb }) => {
      if (verb === 'delete') throw new Error('killed');
    });
    await expect(run.reconcile('ns/j')).rejects.toThrow('killed');
    undo();
    const lost = all().map(({ metadata }) => metadata.name);
    change({ suspend: false });
    await run.reconcile('ns/j');
    await run.reconcile('ns/j');
    expect(all()).toHaveLength(2);
    expect(all().map(({ metadata }) => metadata.name)).not.toEqual(expect.arrayContaining(lost));
    expect(status()).toMatchObject({ active: 2, failed: 0 });
    await run.stop();
  });

  it('adopts a matching orphan and tracks it in the same write', async () => {
    const { api, run, all } = await givenJob({ parallelism: 1, completions: 1 });
    api.add(pods, { metadata: { name: 'orphan', namespace: 'ns', labels }, spec: { containers: [] } });
    await run.reconcile('ns/j');
    expect(all()).toMatchObject([{ metadata: { name: 'orphan', finalizers: [TRACKING_FINALIZER], ownerReferences: [{ name: 'j' }] } }]);
    await run.stop();
  });

  it('lets go of a pod that no longer matches with its owner and finalizer in the same write', async () => {
    const { api, run, all } = await givenJob({ parallelism: 1, completions: 1 });
    await run.reconcile('ns/j');
    const [pod] = all();
    api.change(pods, pod!.metadata, ({ metadata }) => (metadata.labels = {}));
    await run.woken();
    api.writes.length = 0;
    await run.reconcile('ns/j');
    expect(api.writes.filter(({ name }) => name === pod?.metadata.name)).toMatchObject([
      { verb: 'patch', body: { metadata: { ownerReferences: null, finalizers: [] } } },
    ]);
    await run.stop();
  });

  it('takes the finalizer off an orphan of its name that it may not adopt', async () => {
    const { api, run, all } = await givenJob({ parallelism: 0, completions: 1, selector: { matchLabels: { other: 'label' } } });
    const metadata = { name: 'stray', namespace: 'ns', labels, finalizers: [TRACKING_FINALIZER] };
    api.add(pods, { metadata, spec: { containers: [] } });
    await run.woken();
    await run.reconcile('ns/j');
    expect(all()).toMatchObject([{ metadata: { name: 'stray', finalizers: [] } }]);
    await run.stop();
  });
});
