import { configmaps, eventsGroupEvents } from '@keelson/api';
import { FakeClock, StatusError } from '@keelson/apimachinery';
import { silentLogger, type Logger } from '@keelson/component-base';
import { EventBroadcaster } from './event-broadcaster';
import type { ActionEvent } from './event-recorder';
import { FakeApi } from './testing';

const MADE: ActionEvent = { type: 'Normal', reason: 'Made', action: 'Making', note: 'made it' };
const MINUTE = 60_000;

function broadcasting(log: Logger = silentLogger) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const api = new FakeApi({ clock });
  const object = api.add(configmaps, { metadata: { name: 'a', namespace: 'ns' } });
  const abort = new AbortController();
  const broadcaster = new EventBroadcaster({ client: api, host: 'host', clock, random: () => 0, log, signal: abort.signal });
  const recorder = broadcaster.recorderFor('test');
  const about = (uid: number) => ({ ...object, metadata: { ...object.metadata, uid: `${uid}` } });
  return { clock, api, object, broadcaster, recorder, about, abort };
}

function warningLogger(): { readonly warnings: unknown[]; readonly log: Logger } {
  const warnings: unknown[] = [];
  return { warnings, log: { ...silentLogger, warn: (...warning) => void warnings.push(warning) } };
}

describe('EventBroadcaster', () => {
  it('says who did what to which object, as the events group wants it', async () => {
    const { api, object, broadcaster, recorder, abort } = broadcasting();
    recorder.record(object, MADE);
    await broadcaster.flush();
    const [event] = api.all(eventsGroupEvents);
    expect(event).toMatchObject({
      metadata: { namespace: 'ns', name: expect.stringMatching(/^a\.[0-9a-f]+$/) as string },
      eventTime: '2026-01-01T00:00:00.000000Z',
      regarding: { kind: 'ConfigMap', namespace: 'ns', name: 'a', uid: object.metadata.uid },
      ...MADE,
      reportingController: 'test',
      reportingInstance: 'test-host',
    });
    expect(event).not.toHaveProperty('series');
    abort.abort();
  });

  it('writes every event of a burst of 5,000, never more than eight at a time', async () => {
    const { api, broadcaster, recorder, about, abort } = broadcasting();
    for (let count = 1; count <= 5000; count += 1) recorder.record(about(count), MADE);
    expect(api.writes).toHaveLength(8);
    await broadcaster.flush();
    expect(api.all(eventsGroupEvents)).toHaveLength(5000);
    abort.abort();
  });

  it('drops what comes while 20,000 wait, and says how many it dropped', async () => {
    const { warnings, log } = warningLogger();
    const { api, broadcaster, recorder, about, abort } = broadcasting(log);
    for (let count = 1; count <= 20_010; count += 1) recorder.record(about(count), MADE);
    await broadcaster.flush();
    // Eight were under way and no longer waiting.
    expect(api.all(eventsGroupEvents)).toHaveLength(20_008);
    expect(warnings).toMatchObject([
      [expect.stringContaining('Too many'), { reason: 'Made' }],
      [expect.anything(), { count: 2 }],
    ]);
    abort.abort();
  });

  it('writes an event that repeats at its second time, and its last count when it has not happened for six minutes', async () => {
    const { clock, api, object, broadcaster, recorder, abort } = broadcasting();
    for (let count = 1; count <= 5; count += 1) {
      recorder.record(object, { ...MADE, note: `for the ${count}. time` });
      await broadcaster.flush();
      await clock.advance(MINUTE);
    }
    expect(api.all(eventsGroupEvents)).toMatchObject([
      { note: 'for the 1. time', series: { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' } },
    ]);
    await clock.advance(10 * MINUTE);
    expect(api.all(eventsGroupEvents)).toMatchObject([{ series: { count: 5, lastObservedTime: '2026-01-01T00:04:00.000000Z' } }]);
    expect(api.writes).toHaveLength(3);
    recorder.record(object, MADE);
    await broadcaster.flush();
    expect(api.all(eventsGroupEvents)).toHaveLength(2);
    abort.abort();
  });

  it('writes a series that goes on every half an hour, and anew if its event has expired', async () => {
    const { clock, api, object, broadcaster, recorder, abort } = broadcasting();
    for (let count = 1; count <= 15; count += 1) {
      recorder.record(object, MADE);
      await broadcaster.flush();
      await clock.advance(2 * MINUTE);
    }
    expect(api.all(eventsGroupEvents)).toMatchObject([{ series: { count: 2 } }]);
    const [event] = api.all(eventsGroupEvents);
    api.remove(eventsGroupEvents, event!.metadata);
    for (let count = 16; count <= 18; count += 1) {
      recorder.record(object, MADE);
      await clock.advance(2 * MINUTE);
    }
    expect(api.all(eventsGroupEvents)).toMatchObject([{ metadata: { name: event!.metadata.name }, series: { count: 18 } }]);
    abort.abort();
  });

  it('sends one write with the count, where an event repeats while its first write is under way', async () => {
    const { api, object, broadcaster, recorder, abort } = broadcasting();
    for (let count = 1; count <= 4; count += 1) recorder.record(object, MADE);
    await broadcaster.flush();
    expect(api.writes).toMatchObject([{ verb: 'create' }, { verb: 'patch', body: { series: { count: 4 } } }]);
    abort.abort();
  });

  it('tries again ten seconds later when the server does not answer, and takes the answer that it has the event for success', async () => {
    const { warnings, log } = warningLogger();
    const { clock, api, object, recorder, abort } = broadcasting(log);
    const undo = api.react(() => {
      throw new Error('no connection');
    });
    recorder.record(object, MADE);
    await clock.advance(9999);
    undo();
    api.react(({ verb }) => {
      if (verb === 'create') throw StatusError.alreadyExists(eventsGroupEvents, 'a');
    });
    await clock.advance(1);
    expect(api.writes).toHaveLength(2);
    expect(warnings).toEqual([]);
    abort.abort();
  });

  it('gives an event up after twelve tries', async () => {
    const { warnings, log } = warningLogger();
    const { clock, api, object, recorder, abort } = broadcasting(log);
    api.react(() => {
      throw new Error('no connection');
    });
    recorder.record(object, MADE);
    await clock.advance(3 * MINUTE);
    expect(api.writes).toHaveLength(12);
    expect(warnings).toMatchObject([[expect.stringContaining('is lost'), { reason: 'Made' }]]);
    abort.abort();
  });

  it('gives up at once what the server refuses', async () => {
    const { clock, api, object, broadcaster, recorder, abort } = broadcasting();
    api.react(() => {
      throw StatusError.badRequest('no');
    });
    recorder.record(object, MADE);
    await broadcaster.flush();
    await clock.advance(MINUTE);
    expect(api.writes).toHaveLength(1);
    abort.abort();
  });

  it('leaves nothing behind when it is stopped, and says how many events were not written', async () => {
    const { warnings, log } = warningLogger();
    const { clock, api, broadcaster, recorder, about, abort } = broadcasting(log);
    api.react(() => {
      throw new Error('no connection');
    });
    for (let count = 1; count <= 20; count += 1) recorder.record(about(count), MADE);
    await clock.advance(0);
    abort.abort();
    await broadcaster.flush();
    recorder.record(about(21), MADE);
    expect(clock.pending).toBe(0);
    expect(warnings).toContainEqual([expect.stringContaining('dropped'), { count: 12 }]);
  });
});
