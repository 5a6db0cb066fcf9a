import { problems, storedMeta } from '../../../testing/problems';
import { testContainer } from '../../../testing/pods';
import type { CronJob, CronJobSpec, JobSpec } from '../../../generated/batch/v1';
import { cronJob } from './strategy';

function testCronJob(spec: Partial<CronJobSpec> = {}, name = 'tick'): CronJob {
  const template = { spec: { containers: [testContainer()], restartPolicy: 'Never' } } as unknown as JobSpec['template'];
  const object: CronJob = { metadata: storedMeta({ name }), spec: { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec } };
  cronJob.defaults?.(object);
  return object;
}

const onCreate = (object: CronJob) =>
  problems((path, errors) => {
    cronJob.validate?.(object, path, errors);
    cronJob.validateCreate?.(object, path, errors);
  });

const onUpdate = (next: CronJob, previous: CronJob) => problems((path, errors) => cronJob.validateUpdate?.(next, previous, path, errors));

describe('a CronJob', () => {
  it('lets its Jobs overlap, and keeps three that succeeded and one that failed', () => {
    expect(testCronJob().spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    expect(onCreate(testCronJob())).toEqual([]);
  });

  it("fills in its Jobs' pods, but leaves the Jobs to be filled in when they are made", () => {
    const { spec } = testCronJob().spec.jobTemplate;
    expect(spec?.template.spec?.dnsPolicy).toBe('ClusterFirst');
    expect(spec?.backoffLimit).toBeUndefined();
  });

  it('needs a schedule that can be read, without a time zone in it', () => {
    expect(onCreate(testCronJob({ schedule: '' }))).toEqual(['spec.schedule: Required value']);
    expect(onCreate(testCronJob({ schedule: '61 * * * *' }))).toEqual([
      'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
    ]);
    expect(onCreate(testCronJob({ schedule: 'TZ=UTC * * * * *' }))).toEqual([
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ]);
  });

  it('may go on with a time zone in its schedule that it has had, but not beside another', () => {
    const old = testCronJob({ schedule: 'TZ=UTC * * * * *' });
    expect(onUpdate(old, old)).toEqual([]);
    expect(onUpdate({ ...old, spec: { ...old.spec, timeZone: 'Asia/Tokyo' } }, old)).toEqual([
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
    ]);
  });

  it('takes a time zone of the IANA database', () => {
    expect(onCreate(testCronJob({ timeZone: 'America/New_York' }))).toEqual([]);
    for (const timeZone of ['Mars/Base', '+01', '../etc', 'Asia/-x'])
      expect(onCreate(testCronJob({ timeZone }))).toEqual([
        `spec.timeZone: Invalid value: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`,
      ]);
    expect(onCreate(testCronJob({ timeZone: 'Local' }))[0]).toContain('timeZone must be an explicit time zone');
  });

  it('leaves room in its name for those of its Jobs, unless it is old', () => {
    const long = testCronJob({}, 'x'.repeat(53));
    expect(onCreate(long)[0]).toContain('must be no more than 52 characters');
    expect(onUpdate(long, long)).toEqual([]);
  });

  it('warns of a name that no pod can have', () => {
    expect(cronJob.warnings?.(testCronJob({}, 'a.b'), undefined)[0]).toContain('a DNS label is recommended');
    expect(cronJob.warnings?.(testCronJob(), undefined)).toEqual([]);
  });
});
