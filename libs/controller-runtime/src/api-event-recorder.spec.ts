import { configmaps, events } from '@keelson/api';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger, type Logger } from '@keelson/component-base';
import { ApiEventRecorder } from './api-event-recorder';
import { FakeApi } from './testing';

function recording(log: Logger = silentLogger) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const object = api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
  const abort = new AbortController();
  const recorder = new ApiEventRecorder({ client: api, source: { component: 'test' }, clock, log, signal: abort.signal });
  return { clock, api, object, recorder, abort };
}

describe('ApiEventRecorder', () => {
  it('writes an event about an object, and raises its count when the same happens again', async () => {
    const { clock, api, object, recorder } = recording();
    recorder.event(object, 'Normal', 'Made', 'made it');
    await recorder.flush();
    await clock.advance(5000);
    recorder.event(object, 'Normal', 'Made', 'made it');
    await recorder.flush();
    expect(api.all(events)).toMatchObject([
      {
        metadata: { namespace: 'ns', name: expect.stringMatching(/^a\.[0-9a-f]+$/) as string },
        involvedObject: { kind: 'ConfigMap', name: 'a', uid: object.metadata.uid },
        count: 2,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:05Z',
      },
    ]);
  });

  it('writes the tenth and later messages of one reason as one event', async () => {
    const { api, object, recorder } = recording();
    for (let count = 1; count <= 12; count += 1) recorder.event(object, 'Warning', 'Failed', `try ${count}`);
    await recorder.flush();
    const messages = api.all(events).map(({ message, count }) => `${message} ×${count}`);
    expect(messages).toHaveLength(10);
    expect(messages).toContain('(combined from similar events): try 12 ×3');
    expect(new Set(api.all(events).map(({ reportingComponent }) => reportingComponent))).toEqual(new Set(['test', '']));
  });

  it('lets 25 events on an object pass and then one every five minutes', async () => {
    const { clock, api, object, recorder } = recording();
    for (let count = 1; count <= 40; count += 1) recorder.event(object, 'Normal', 'Made', 'made it');
    await recorder.flush();
    expect(api.writes).toHaveLength(25);
    await clock.advance(300_000);
    for (let count = 1; count <= 2; count += 1) recorder.event(object, 'Normal', 'Made', 'made it');
    await recorder.flush();
    expect(api.writes).toHaveLength(26);
  });

  it('drops what comes while a thousand wait, and says how many it dropped', async () => {
    const warnings: unknown[] = [];
    const { api, object, recorder } = recording({ ...silentLogger, warn: (...warning) => void warnings.push(warning) });
    const about = (uid: number) => ({ ...object, metadata: { ...object.metadata, uid: `${uid}` } });
    for (let count = 1; count <= 1010; count += 1) recorder.event(about(count), 'Normal', 'Made', `made ${count}`);
    await recorder.flush();
    // One was under way and no longer waiting.
    expect(api.all(events)).toHaveLength(1001);
    expect(warnings).toMatchObject([
      [expect.stringContaining('dropped'), { message: 'made 1002' }],
      [expect.anything(), { count: 9 }],
    ]);
  });

  it('tries again when the server does not answer, and gives up at once when it stops', async () => {
    const { clock, api, object, recorder, abort } = recording();
    const undo = api.react(() => {
      throw new Error('no connection');
    });
    recorder.event(object, 'Normal', 'Made', 'made it');
    await clock.advance(9999);
    undo();
    await clock.advance(1);
    expect(api.all(events)).toHaveLength(1);
    api.react(() => {
      throw new Error('no connection');
    });
    recorder.event(object, 'Normal', 'Other', 'another');
    await clock.advance(0);
    abort.abort();
    await recorder.flush();
    expect(clock.pending).toBe(0);
  });
});
