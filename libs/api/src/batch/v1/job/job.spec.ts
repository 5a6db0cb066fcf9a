import { problems, storedMeta } from '../../../testing/problems';
import { testContainer } from '../../../testing/pods';
import type { Job, JobSpec } from '../../../generated/batch/v1';
import { defaultJob } from './defaults';
import { generateSelector } from './selector';
import { columns } from './table';
import { validateJob, validateJobUpdate } from './validation';

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

  it('keeps its template once it has started', () => {
    const next = testJob();
    next.spec.template.spec!.containers[0]!.image = 'other';
    const fields = problems((path, errors) => validateJobUpdate(next, testJob(), path, errors)).map((problem) => problem.split(':')[0]);
    expect(fields).toEqual(['spec.template']);
    const suspended = { ...testJob(), spec: { ...testJob().spec, suspend: true } };
    expect(problems((path, errors) => validateJobUpdate(next, suspended, path, errors))).toEqual([]);
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
