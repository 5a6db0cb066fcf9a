import { jobs, type JobStatus } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { FakeApi, testController } from '@keelson/controller-runtime/testing';
import { TtlAfterFinishedController } from './ttl-after-finished-controller';

const START = '2026-01-01T00:00:00Z';

async function given(status: JobStatus = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: START }] }) {
  const clock = new FakeClock(START);
  const api = new FakeApi({ clock });
  const spec = { ttlSecondsAfterFinished: 60, template: {} };
  const job = api.add(jobs, { metadata: { name: 'j', namespace: 'ns' }, spec, status });
  const run = await testController({ api, clock }, ({ client, informer }) => {
    return new TtlAfterFinishedController({ client, jobs: informer(jobs), clock });
  });
  return { api, clock, job, run };
}

describe('the TTL-after-finished controller', () => {
  it('deletes a finished job when its time is over, the version it looked at only, and its pods first', async () => {
    const { api, clock, job, run } = await given();
    expect(await run.reconcile('ns/j')).toEqual({ requeueAfter: 60_000 });
    expect(api.writes).toEqual([]);
    await clock.advance(60_000);
    await run.reconcile('ns/j');
    const { uid, resourceVersion } = job.metadata;
    expect(api.writes).toMatchObject([
      { verb: 'delete', name: 'j', body: { propagationPolicy: 'Foreground', preconditions: { uid, resourceVersion } } },
    ]);
    await run.stop();
  });

  it('leaves a job that has not finished', async () => {
    const { api, clock, run } = await given({ active: 1 });
    await clock.advance(600_000);
    expect(await run.reconcile('ns/j')).toBeUndefined();
    expect(api.writes).toEqual([]);
    await run.stop();
  });

  it('heeds a longer time to live that its cache does not know of yet', async () => {
    const { api, clock, run } = await given();
    const release = api.holdEvents();
    api.change(jobs, { namespace: 'ns', name: 'j' }, (job) => Object.assign(job.spec, { ttlSecondsAfterFinished: 100 }));
    await clock.advance(60_000);
    expect(await run.reconcile('ns/j')).toEqual({ requeueAfter: 40_000 });
    expect(api.writes).toEqual([]);
    release();
    await run.stop();
  });
});
