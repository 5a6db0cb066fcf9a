import { pods } from '@keelson/api';
import { FAILURE_COUNT, IGNORED_FAILURE_COUNT } from './index-failures';
import { TRACKING_FINALIZER } from './job-pods';
import { givenJob } from './testing/job-run';

const exitCodes = (action: string, ...values: number[]) => ({ action, onExitCodes: { operator: 'In', values } });
const INDEXED = { completionMode: 'Indexed', backoffLimit: 2 ** 31 - 1 };

describe('a success policy', () => {
  it('ends the job as soon as a rule is met, deletes what runs without counting it as failed, and completes when that is gone', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '2' }, { succeededIndexes: '0-1', succeededCount: 1 }] };
    const { run, end, ofIndex, all, status, conditions } = await givenJob({ ...INDEXED, completions: 3, parallelism: 3, successPolicy });
    await run.reconcile('ns/j');
    end(ofIndex('1'), 'Succeeded');
    await run.reconcile('ns/j');
    expect(all().filter((pod) => pod.status === undefined)).toEqual([]);
    expect(conditions()).toEqual(['SuccessCriteriaMet=True SuccessPolicy']);
    await run.reconcile('ns/j');
    expect(conditions()).toEqual(['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy']);
    expect(status()?.conditions?.[1]?.message).toBe('Matched rules at index 1');
    expect(status()).toMatchObject({ succeeded: 1, completedIndexes: '1', failed: 0, active: 0 });
    await run.stop();
  });

  it('does not save a job that has failed', async () => {
    const successPolicy = { rules: [{ succeededCount: 1 }] };
    const { run, end, ofIndex, conditions } = await givenJob({ ...INDEXED, backoffLimit: 0, completions: 2, successPolicy });
    await run.reconcile('ns/j');
    end(ofIndex('0'), 'Failed');
    end(ofIndex('1'), 'Succeeded');
    await run.reconcile('ns/j');
    expect(conditions()[0]).toBe('FailureTarget=True BackoffLimitExceeded');
    await run.stop();
  });
});

describe('a pod failure policy', () => {
  it('fails the job at once over an exit code, and says which pod and rule', async () => {
    const podFailurePolicy = { rules: [exitCodes('FailJob', 42)] };
    const { run, all, end, status, conditions } = await givenJob({ podFailurePolicy });
    await run.reconcile('ns/j');
    end(all()[0], 'Failed', 42);
    await run.reconcile('ns/j');
    expect(conditions()).toEqual(['FailureTarget=True PodFailurePolicy']);
    const name = all()[0]?.metadata.name ?? '';
    expect(status()?.conditions?.[0]?.message).toBe(
      `Container c for pod ns/${name} failed with exit code 42 matching FailJob rule at index 0`,
    );
    await run.reconcile('ns/j');
    expect(conditions()).toContain('Failed=True PodFailurePolicy');
    await run.stop();
  });

  it('replaces a pod whose failure it ignores, which counts for nothing', async () => {
    const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] };
    const given = await givenJob({ completions: 1, parallelism: 1, backoffLimit: 0, podFailurePolicy });
    const { api, run, clock, all, end, running, status } = given;
    await run.reconcile('ns/j');
    const [evicted] = all();
    end(evicted, 'Failed', 137);
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    api.change(pods, evicted?.metadata ?? { name: '' }, (pod) => Object.assign(pod.status ?? {}, { conditions }));
    await run.reconcile('ns/j');
    await clock.advance(10_000);
    await run.reconcile('ns/j');
    expect(running()).toHaveLength(1);
    expect(all().find(({ metadata }) => metadata.uid === evicted?.metadata.uid)?.metadata.finalizers).toEqual([]);
    expect(status()).toMatchObject({ failed: 0, active: 1 });
    expect(status()?.conditions).toBeUndefined();
    await run.stop();
  });
});

describe('a back-off limit for each index', () => {
  const spec = { ...INDEXED, completions: 2, parallelism: 2, backoffLimitPerIndex: 1 };

  it('tries a failed index again after its own pause, with its count, keeping the failed pod until then', async () => {
    const { run, clock, all, end, ofIndex, status } = await givenJob(spec);
    await run.reconcile('ns/j');
    const first = ofIndex('0');
    expect(first?.metadata.annotations).toMatchObject({ [FAILURE_COUNT]: '0' });
    end(first, 'Failed');
    expect(await run.reconcile('ns/j')).toEqual({ requeueAfter: 10_000 });
    expect(ofIndex('0')).toBeUndefined();
    expect(all().find(({ metadata }) => metadata.uid === first?.metadata.uid)?.metadata.finalizers).toEqual([TRACKING_FINALIZER]);
    await clock.advance(10_000);
    await run.reconcile('ns/j');
    expect(ofIndex('0')?.metadata.annotations).toMatchObject({ [FAILURE_COUNT]: '1' });
    await run.reconcile('ns/j');
    expect(all().find(({ metadata }) => metadata.uid === first?.metadata.uid)?.metadata.finalizers).toEqual([]);
    expect(status()).toMatchObject({ failed: 1, failedIndexes: '' });
    await run.stop();
  });

  it('goes on with the other indexes when one has failed for good, and fails when all are done', async () => {
    const { run, end, ofIndex, status, conditions } = await givenJob({ ...spec, backoffLimitPerIndex: 0 });
    await run.reconcile('ns/j');
    end(ofIndex('0'), 'Failed');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ failedIndexes: '0', failed: 1, active: 1 });
    expect(conditions()).toEqual([]);
    end(ofIndex('1'), 'Succeeded');
    await run.reconcile('ns/j');
    expect(conditions()).toEqual(['FailureTarget=True FailedIndexes', 'Failed=True FailedIndexes']);
    expect(status()).toMatchObject({ failedIndexes: '0', completedIndexes: '1', succeeded: 1, failed: 1 });
    await run.stop();
  });

  it('fails the job past the number of indexes that may fail', async () => {
    const { run, end, ofIndex, conditions } = await givenJob({ ...spec, backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
    await run.reconcile('ns/j');
    end(ofIndex('0'), 'Failed');
    await run.reconcile('ns/j');
    expect(conditions()).toContain('FailureTarget=True MaxFailedIndexesExceeded');
    await run.stop();
  });

  it('fails an index at once, or counts its failure apart, as the pod failure policy says', async () => {
    const podFailurePolicy = { rules: [exitCodes('FailIndex', 7), exitCodes('Ignore', 8)] };
    const { run, clock, end, ofIndex, status } = await givenJob({ ...spec, backoffLimitPerIndex: 5, podFailurePolicy });
    await run.reconcile('ns/j');
    end(ofIndex('0'), 'Failed', 7);
    end(ofIndex('1'), 'Failed', 8);
    await run.reconcile('ns/j');
    expect(status()?.failedIndexes).toBe('0');
    await clock.advance(10_000);
    await run.reconcile('ns/j');
    expect(ofIndex('0')).toBeUndefined();
    expect(ofIndex('1')?.metadata.annotations).toMatchObject({ [FAILURE_COUNT]: '0', [IGNORED_FAILURE_COUNT]: '1' });
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ failed: 1 });
    await run.stop();
  });
});

describe('the pod replacement policy', () => {
  it.each([
    ['TerminatingOrFailed', 2],
    ['Failed', 1],
  ])('%s makes %d pods out of one that is being deleted', async (podReplacementPolicy, count) => {
    const { api, clock, run, all, status } = await givenJob({ completions: 1, parallelism: 1, podReplacementPolicy });
    await run.reconcile('ns/j');
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    api.change(pods, all()[0]?.metadata ?? { name: '' }, ({ metadata }) =>
      Object.assign(metadata, { deletionTimestamp, finalizers: [TRACKING_FINALIZER, 'a/b'] }),
    );
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ terminating: 1 });
    await clock.advance(10_000);
    await run.reconcile('ns/j');
    expect(all()).toHaveLength(count);
    await run.stop();
  });
});

describe('the end of a large job', () => {
  it('is told only when the last pod is counted', async () => {
    const { run, all, end, status, conditions } = await givenJob({ completions: 501, parallelism: 501 });
    await run.reconcile('ns/j');
    await run.reconcile('ns/j');
    for (const pod of all()) end(pod, 'Succeeded');
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ succeeded: 500 });
    expect(conditions()).toEqual(['SuccessCriteriaMet=True CompletionsReached']);
    await run.reconcile('ns/j');
    expect(status()).toMatchObject({ succeeded: 501 });
    expect(conditions()).toContain('Complete=True CompletionsReached');
    await run.stop();
  });
});
