import { configmaps, eventsV1 } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { EventSeriesRecorder } from './event-series-recorder';
import { FakeApi } from './testing';

const MINUTE = 60_000;
const FAILED = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: 'no room' } as const;

function recording() {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const object = api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
  const abort = new AbortController();
  const warnings: unknown[][] = [];
  const recorder = new EventSeriesRecorder({
    client: api,
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-host',
    clock,
    log: { ...silentLogger, warn: (...warning) => void warnings.push(warning) },
    signal: abort.signal,
  });
  return { clock, api, object, recorder, abort, warnings };
}

describe('EventSeriesRecorder', () => {
  it('writes what happened, to what, who says so and what was being done', async () => {
    const { api, object, recorder } = recording();
    recorder.record(object, FAILED);
    await recorder.flush();
    expect(api.all(eventsV1)).toMatchObject([
      {
        metadata: { namespace: 'ns', name: expect.stringMatching(/^a\.[0-9a-f]+$/) as string },
        eventTime: '2026-01-01T00:00:00.000000Z',
        ...FAILED,
        reportingController: 'default-scheduler',
        reportingInstance: 'default-scheduler-host',
        regarding: { kind: 'ConfigMap', namespace: 'ns', name: 'a', uid: object.metadata.uid },
      },
    ]);
    expect(api.all(eventsV1)[0]).not.toHaveProperty('series');
  });

  it('makes a series of what happens again, and writes its final count once nothing more came for six minutes', async () => {
    const { clock, api, object, recorder } = recording();
    recorder.record(object, FAILED);
    for (let again = 1; again <= 3; again += 1) {
      await clock.advance(1000);
      recorder.record(object, { ...FAILED, note: `try ${again}` });
      await recorder.flush();
    }
    expect(api.all(eventsV1)).toMatchObject([{ note: 'no room', series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } }]);
    await clock.advance(12 * MINUTE);
    await recorder.flush();
    expect(api.all(eventsV1)).toMatchObject([{ series: { count: 4, lastObservedTime: '2026-01-01T00:00:03.000000Z' } }]);
    recorder.record(object, FAILED);
    await recorder.flush();
    expect(api.all(eventsV1)).toHaveLength(2);
  });

  it('writes a series that goes on every half an hour, and makes its event again if that has expired', async () => {
    const { clock, api, object, recorder } = recording();
    recorder.record(object, FAILED);
    recorder.record(object, FAILED);
    await recorder.flush();
    const [first] = api.all(eventsV1);
    api.remove(eventsV1, first!.metadata);
    for (let minute = 1; minute <= 36; minute += 1) {
      await clock.advance(MINUTE);
      recorder.record(object, FAILED);
    }
    await recorder.flush();
    expect(api.all(eventsV1)).toMatchObject([{ metadata: { name: first!.metadata.name }, series: { count: 31 } }]);
  });

  it('keeps apart what regards another state of the object', async () => {
    const { api, object, recorder } = recording();
    recorder.record(object, FAILED);
    recorder.record({ ...object, metadata: { ...object.metadata, resourceVersion: '99' } }, FAILED);
    await recorder.flush();
    expect(api.all(eventsV1)).toHaveLength(2);
  });

  it('tries again when the server does not answer', async () => {
    const { clock, api, object, recorder } = recording();
    const undo = api.react(() => {
      throw new Error('no connection');
    });
    recorder.record(object, FAILED);
    await clock.advance(9999);
    undo();
    expect(api.all(eventsV1)).toHaveLength(0);
    await clock.advance(1);
    await recorder.flush();
    expect(api.all(eventsV1)).toHaveLength(1);
  });

  it('drops what comes while a thousand wait, and says how many it dropped', async () => {
    const { api, object, recorder, warnings } = recording();
    const about = (uid: number) => ({ ...object, metadata: { ...object.metadata, uid: `${uid}` } });
    for (let count = 1; count <= 1020; count += 1) recorder.record(about(count), FAILED);
    await recorder.flush();
    // Ten were under way and no longer waiting.
    expect(api.all(eventsV1)).toHaveLength(1010);
    expect(warnings).toMatchObject([
      [expect.stringContaining('dropped'), { reason: 'FailedScheduling' }],
      [expect.anything(), { count: 10 }],
    ]);
  });

  it('ends with nothing left to wait for', async () => {
    const { clock, object, recorder, abort } = recording();
    recorder.record(object, FAILED);
    await recorder.flush();
    abort.abort();
    await recorder.flush();
    expect(clock.pending).toBe(0);
  });
});
