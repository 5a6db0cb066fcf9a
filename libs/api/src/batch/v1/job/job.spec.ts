import { problems, storedMeta } from '../../../testing/problems';
import { testContainer } from '../../../testing/pods';
import type { Job, JobSpec } from '../../../generated/batch/v1';
import { defaultJob } from './defaults';
import { countIndexes } from './indexes';
import { generateSelector } from './selector';
import { columns } from './table';
import { validateJobUpdate } from './update-validation';
import { validateJob } from './validation';

function testJob(spec: Partial<JobSpec> = {}, restartPolicy = 'Never'): Job {
  const template = { spec: { containers: [testContainer()], restartPolicy } } as unknown as JobSpec['template'];
  const job: Job = { metadata: storedMeta({ name: 'pi', uid: 'u-7' }), spec: { template, ...structuredClone(spec) } };
  defaultJob(job);
  generateSelector(job);
  return job;
}

const on = (job: Job) => problems((path, errors) => validateJob(job, path, errors));

describe('a Job', () => {
  it('finds its pods by its own uid, and runs once', () => {
    const { spec } = testJob();
    expect(spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-7' } },
    });
    expect(spec.template.metadata?.labels).toEqual({
      'batch.kubernetes.io/job-name': 'pi',
      'job-name': 'pi',
      'batch.kubernetes.io/controller-uid': 'u-7',
      'controller-uid': 'u-7',
    });
    expect(on(testJob())).toEqual([]);
  });

  it('must let its pods end', () => {
    expect(on(testJob({}, 'Always'))).toEqual(['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']);
  });

  it('needs a number of completions to give each an index', () => {
    expect(on(testJob({ completionMode: 'Indexed', parallelism: 2 }))).toEqual([
      'spec.completions: Required value: when completion mode is Indexed',
    ]);
  });

  it('keeps its template once it has started, and until then lets only resources and scheduling change', () => {
    const onUpdate = (next: Job, previous: Job) =>
      problems((path, errors) => validateJobUpdate(next, previous, path, errors)).map((problem) => problem.split(':')[0]);
    const next = testJob();
    next.spec.template.spec!.containers[0]!.image = 'other';
    expect(onUpdate(next, testJob())).toEqual(['spec.template']);
    const suspended = testJob({ suspend: true });
    expect(onUpdate(next, suspended)).toEqual(['spec.template.spec']);
    const moved = testJob({ suspend: true });
    Object.assign(moved.spec.template.spec!, { nodeSelector: { disk: 'ssd' }, affinity: { nodeAffinity: {} } });
    moved.spec.template.spec!.containers[0]!.resources = { limits: { cpu: '1' } };
    expect(onUpdate(moved, suspended)).toEqual([]);
    expect(onUpdate(moved, { ...suspended, status: { active: 1 } })).toEqual(['spec.template']);
  });

  it('is scaled with its completions, if these are indexes', () => {
    const onUpdate = (next: Job, previous: Job) => problems((path, errors) => validateJobUpdate(next, previous, path, errors));
    const indexed = (completions: number, parallelism: number) => testJob({ completionMode: 'Indexed', completions, parallelism });
    expect(onUpdate(indexed(3, 3), indexed(2, 2))).toEqual([]);
    expect(onUpdate(indexed(3, 2), indexed(2, 2))).toEqual([
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
    ]);
    expect(onUpdate(testJob({ completions: 3 }), testJob({ completions: 2 }))).toEqual([
      'spec.completions: Invalid value: 3: field is immutable',
    ]);
  });

  it('has the labels of its selector itself too, if it has none of its own', () => {
    expect(testJob().metadata.labels).toEqual(testJob().spec.template.metadata?.labels);
    const labelled = testJob();
    labelled.metadata.labels = { app: 'pi' };
    generateSelector(labelled);
    expect(labelled.metadata.labels).toEqual({ app: 'pi' });
  });

  it('refuses another value for a label of the selector that the server makes', () => {
    const template = testJob().spec.template;
    template.metadata = { labels: { 'job-name': 'other' } } as never;
    expect(on(testJob({ template })).map((problem) => problem.replace(/\{.*\}/, '{}'))).toEqual([
      "spec.template.metadata.labels[job-name]: Invalid value: {}: must be 'pi'",
    ]);
  });

  it('asks a pod failure policy for an action on either exit codes or conditions', () => {
    const fields = (rule: object) =>
      on(testJob({ podFailurePolicy: { rules: [rule as never] } })).map((problem) =>
        problem.slice('spec.podFailurePolicy.rules[0]'.length),
      );
    expect(fields({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] })).toEqual([]);
    expect(fields({ action: 'FailIndex' })).toEqual([
      '.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      ': Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    ]);
    expect(fields({ onExitCodes: { containerName: 'nobody', operator: 'In', values: [2, 0, 2] } })).toEqual([
      '.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      '.onExitCodes.containerName: Invalid value: "nobody": must be one of the container or initContainer names in the pod template',
      '.onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
      '.onExitCodes.values[2]: Duplicate value: 2',
      '.onExitCodes.values: Invalid value: [2,0,2]: must be ordered',
    ]);
  });

  it('counts the indexes of a success policy', () => {
    const rule = (fields: object) =>
      on(testJob({ completionMode: 'Indexed', completions: 5, successPolicy: { rules: [fields] } })).map((problem) =>
        problem.slice('spec.successPolicy.rules[0]'.length),
      );
    expect(rule({ succeededIndexes: '0,2-4', succeededCount: 4 })).toEqual([]);
    expect(rule({})).toEqual([': Required value: at least one of succeededCount or succeededIndexes must be specified']);
    expect(rule({ succeededIndexes: '0-1', succeededCount: 6 })).toEqual([
      '.succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
      '.succeededCount: Invalid value: 6: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
    ]);
  });

  it.each([
    ['1,1', 'non-increasing order, previous: 1, current: 1'],
    ['3-2', 'non-increasing order, previous: 3, current: 2'],
    ['5', 'too large index: "5"'],
    ['a', 'cannot convert string to integer for index: "a"'],
    ['1-2-3', `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`],
  ])('says what is wrong with the indexes %s', (text, problem) => {
    expect(countIndexes(text, 5)).toEqual({ problem });
  });

  it('holds limits of failed indexes against its completions', () => {
    expect(on(testJob({ maxFailedIndexes: 1 }))).toEqual([
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
    ]);
    const many = { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 };
    expect(on(testJob(many)).map((problem) => problem.split(':')[0])).toEqual(['spec.maxFailedIndexes', 'spec.parallelism']);
  });

  it('shows what has become of it', () => {
    const cells = (job: Job) =>
      columns.slice(1, 4).map((column) => column.value(job, { age: () => '', now: () => Date.parse('2026-01-01T00:01:00Z') }));
    const startTime = '2026-01-01T00:00:00Z';
    expect(cells({ ...testJob(), status: { startTime, active: 1 } })).toEqual(['Running', '0/1', '60s']);
    const complete = { type: 'Complete', status: 'True' };
    expect(
      cells({ ...testJob(), status: { startTime, completionTime: '2026-01-01T00:00:30Z', succeeded: 1, conditions: [complete] } }),
    ).toEqual(['Complete', '1/1', '30s']);
  });
});
