import { cronjobs, jobs, type CronJobSpec, type Job } from '@keelson/api';
import { FakeClock, ownerReferenceTo, StatusError } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { CronJobController } from './cronjob-controller';

const MINUTE = 60_000;
const named = (name: string) => ({ namespace: 'ns', name });

/** A CronJob named `ns/tick`, made at 10:00:10, that runs every ten minutes; and the controller of it. */
async function givenCronJob(spec: Partial<CronJobSpec> = {}) {
  const clock = new FakeClock('2026-01-01T10:00:10Z');
  const api = new FakeApi({ clock });
  const jobTemplate = { metadata: { labels: { app: 'tick' } } as never, spec: { template: { spec: { containers: [] } } } };
  const cronJob = api.add(cronjobs, {
    metadata: named('tick'),
    spec: {
      schedule: '*/10 * * * *',
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate,
      ...spec,
    },
  });
  const run = await testController({ api, clock }, ({ client, informer, recorder }) => {
    return new CronJobController({ client, cronJobs: informer(cronjobs), jobs: informer(jobs), recorder, clock });
  });
  return {
    api,
    clock,
    cronJob,
    run,
    reconcile: () => run.reconcile('ns/tick'),
    to: (time: string) => clock.advance(Date.parse(`2026-01-01T${time}Z`) - clock.now()),
    names: () => api.all(jobs).map(({ metadata }) => metadata.name),
    status: () => api.all(cronjobs)[0]?.status,
    change: (changed: Partial<CronJobSpec>) => api.change(cronjobs, named('tick'), (each) => Object.assign(each.spec, changed)),
    end: (name: string, type = 'Complete') =>
      api.change(jobs, named(name), (job: Job) => {
        const completionTime = new Date(clock.now()).toISOString();
        job.status = {
          startTime: completionTime,
          conditions: [{ type, status: 'True' }],
          ...(type === 'Complete' ? { completionTime } : {}),
        };
      }),
  };
}

/** The name of the Job of a time. */
const jobAt = (time: string): string => `tick-${Date.parse(`2026-01-01T${time}:00Z`) / MINUTE}`;

describe('the CronJob controller', () => {
  it('creates a Job when it is due, not before, and comes back for the next', async () => {
    const { api, names, reconcile, run, status, to } = await givenCronJob();
    expect(await reconcile()).toEqual({ requeueAfter: 9 * MINUTE + 50_100 });
    expect(names()).toEqual([]);
    await to('10:10:00');
    expect(await reconcile()).toEqual({ requeueAfter: 10 * MINUTE + 100 });
    expect(api.all(jobs)).toMatchObject([
      {
        metadata: {
          name: jobAt('10:10'),
          labels: { app: 'tick' },
          annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T10:10:00Z' },
          ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true }],
        },
      },
    ]);
    expect(status()).toMatchObject({
      lastScheduleTime: '2026-01-01T10:10:00Z',
      active: [{ apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name: jobAt('10:10'), uid: api.all(jobs)[0]?.metadata.uid }],
    });
    expect(run.events).toEqual([`Normal SuccessfulCreate Created job ${jobAt('10:10')}`]);
    await reconcile();
    expect(names()).toHaveLength(1);
    await run.stop();
  });

  it('goes by the time zone, and tells the scheduled time in it', async () => {
    const { api, reconcile, run, to } = await givenCronJob({ schedule: '35 15 * * *', timeZone: 'Asia/Kolkata' });
    await to('10:05:00');
    await reconcile();
    expect(api.all(jobs)[0]?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T15:35:00+05:30',
    });
    await run.stop();
  });

  it('takes a Job off the list when it ends, and remembers the last that succeeded', async () => {
    const { end, reconcile, run, status, to } = await givenCronJob();
    await to('10:10:00');
    await reconcile();
    await to('10:12:00');
    end(jobAt('10:10'));
    expect(await run.woken()).toEqual(['ns/tick']);
    await reconcile();
    expect(status()).toEqual({ active: [], lastScheduleTime: '2026-01-01T10:10:00Z', lastSuccessfulTime: '2026-01-01T10:12:00.000Z' });
    expect(run.events.at(-1)).toBe(`Normal SawCompletedJob Saw completed job: ${jobAt('10:10')}, condition: Complete`);
    await run.stop();
  });

  it('makes up for the last of the Jobs that were missed only', async () => {
    const { names, reconcile, run, to } = await givenCronJob();
    await to('11:47:00');
    await reconcile();
    expect(names()).toEqual([jobAt('11:40')]);
    expect(run.events).toHaveLength(1);
    await run.stop();
  });

  it('says so when more than a hundred were missed', async () => {
    const { names, reconcile, run, to } = await givenCronJob({ schedule: '* * * * *' });
    await to('12:00:30');
    await reconcile();
    expect(names()).toEqual([jobAt('12:00')]);
    expect(run.events[0]).toContain('Warning TooManyMissedTimes too many missed start times');
    await run.stop();
  });

  it.each([
    ['10:10:59', [jobAt('10:10')]],
    ['10:12:00', []],
  ])('with a deadline of a minute, has started at %s: %j', async (time, started) => {
    const { names, reconcile, run, to } = await givenCronJob({ startingDeadlineSeconds: 60 });
    await to(time);
    await reconcile();
    expect(names()).toEqual(started);
    await run.stop();
  });

  it('does nothing while suspended, and makes up for the last missed after', async () => {
    const { change, names, reconcile, run, to } = await givenCronJob({ suspend: true });
    await to('10:35:00');
    expect(await reconcile()).toBeUndefined();
    expect(names()).toEqual([]);
    change({ suspend: false });
    await reconcile();
    expect(names()).toEqual([jobAt('10:30')]);
    await run.stop();
  });

  it('makes up for nothing where the schedule has just been changed', async () => {
    const { change, names, reconcile, run, to } = await givenCronJob({ schedule: '0 23 * * *' });
    await reconcile();
    await to('10:35:00');
    change({ schedule: '30 * * * *' });
    expect(await reconcile()).toEqual({ requeueAfter: 55 * MINUTE + 100 });
    expect(names()).toEqual([]);
    await run.stop();
  });

  it('forbids a second Job beside one that runs, if told to', async () => {
    const { end, names, reconcile, run, to } = await givenCronJob({ concurrencyPolicy: 'Forbid' });
    await to('10:10:00');
    await reconcile();
    await to('10:20:00');
    await reconcile();
    expect(names()).toEqual([jobAt('10:10')]);
    expect(run.events.at(-1)).toContain('Normal JobAlreadyActive');
    end(jobAt('10:10'));
    await reconcile();
    expect(names()).toEqual([jobAt('10:10'), jobAt('10:20')]);
    await run.stop();
  });

  it('replaces one that runs, if told to', async () => {
    const { api, names, reconcile, run, status, to } = await givenCronJob({ concurrencyPolicy: 'Replace' });
    await to('10:10:00');
    await reconcile();
    await to('10:20:00');
    await reconcile();
    expect(names()).toEqual([jobAt('10:20')]);
    expect(status()?.active).toHaveLength(1);
    expect(api.writes.find(({ verb }) => verb === 'delete')).toMatchObject({ body: { propagationPolicy: 'Background' } });
    await run.stop();
  });

  it('keeps as many ended Jobs as its limits say, and deletes the oldest', async () => {
    const { end, names, reconcile, run, to } = await givenCronJob({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 });
    for (const [time, type] of [
      ['10:10', 'Failed'],
      ['10:20', 'Complete'],
      ['10:30', 'Complete'],
      ['10:40', 'Failed'],
    ] as const) {
      await to(`${time}:00`);
      await reconcile();
      end(jobAt(time), type);
    }
    await reconcile();
    expect(names()).toEqual([jobAt('10:30'), jobAt('10:40')]);
    await run.stop();
  });

  it('books a Job that it made and could not book, instead of making another', async () => {
    const { api, names, reconcile, run, status, to } = await givenCronJob();
    const undo = api.react(({ resource }) => {
      if (resource === 'cronjobs.batch/status') throw StatusError.modified({ group: 'batch', resource: 'cronjobs' }, 'tick');
    });
    await to('10:10:00');
    await expect(reconcile()).rejects.toThrow();
    undo();
    await reconcile();
    expect(names()).toHaveLength(1);
    expect(status()?.active).toHaveLength(1);
    await run.stop();
  });

  it('does not take an unseen write for a strange Job', async () => {
    const { api, reconcile, run, to } = await givenCronJob();
    await to('10:10:00');
    const release = api.holdEvents();
    await reconcile();
    await reconcile();
    release();
    await reconcile();
    expect(run.events).toEqual([`Normal SuccessfulCreate Created job ${jobAt('10:10')}`]);
    await run.stop();
  });

  it('tells of a Job that it did not make, and of one that is gone', async () => {
    const { api, cronJob, reconcile, run, status, to } = await givenCronJob();
    api.add(jobs, {
      metadata: { ...named('mine'), ownerReferences: [ownerReferenceTo(cronJob, cronjobs)] },
      spec: cronJob.spec.jobTemplate.spec as never,
    });
    await reconcile();
    expect(run.events).toEqual(['Warning UnexpectedJob Saw a job that the controller did not create or forgot: mine']);
    await to('10:10:00');
    await reconcile();
    api.remove(jobs, named(jobAt('10:10')));
    await reconcile();
    expect(run.events.at(-1)).toBe(`Normal MissingJob Active job went missing: ${jobAt('10:10')}`);
    expect(status()?.active).toEqual([]);
    await run.stop();
  });

  it('keeps an interval in step with its last run', async () => {
    const { names, reconcile, run, to } = await givenCronJob({ schedule: '@every 7m' });
    await to('10:07:10');
    expect(await reconcile()).toEqual({ requeueAfter: 7 * MINUTE + 100 });
    await to('10:30:00');
    expect(await reconcile()).toEqual({ requeueAfter: 5 * MINUTE + 10_100 });
    expect(names()).toHaveLength(2);
    await run.stop();
  });

  it.each([
    [
      { schedule: '0 0 31 2 *' },
      'Warning InvalidSchedule invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second',
    ],
    [{ schedule: 'every day' }, 'Warning UnparseableSchedule'],
    [{ timeZone: 'Mars/Base' }, 'Warning UnknownTimeZone invalid timeZone: "Mars/Base"'],
  ])('says what is wrong with %j, and waits for a change', async (spec, event) => {
    const { reconcile, run, to } = await givenCronJob(spec);
    await to('11:00:00');
    expect(await reconcile()).toBeUndefined();
    expect(run.events[0]).toContain(event);
    await run.stop();
  });
});
