import type { Event } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { eventValidation } from './validation';

const testEvent = (fields: Partial<Event> = {}): Event => ({
  metadata: storedMeta(),
  involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
  eventTime: '2026-01-01T00:00:00.000001Z',
  reportingComponent: 'kubelet',
  reportingInstance: 'n1',
  action: 'Pull',
  reason: 'Pulled',
  type: 'Normal',
  ...fields,
});
const without = (...names: (keyof Event)[]): Event => {
  const event = testEvent();
  for (const name of names) Reflect.deleteProperty(event, name);
  return event;
};
const onCreate = (event: Event) =>
  problems((path, errors) => {
    eventValidation.validate?.(event, path, errors);
    eventValidation.validateCreate?.(event, path, errors);
  });
const onUpdate = (next: Event, previous = testEvent()) =>
  problems((path, errors) => {
    eventValidation.validate?.(next, path, errors);
    eventValidation.validateUpdate?.(next, previous, path, errors);
  });

describe('an Event written through events.k8s.io/v1', () => {
  it('says when and who, and is of a known type', () => {
    expect(onCreate(testEvent())).toEqual([]);
    expect(onCreate(without('eventTime', 'type'))).toEqual(['eventTime: Required value', 'type: Invalid value: "": has invalid value: ']);
    expect(onCreate(without('reportingComponent'))[0]).toBe('reportingController: Required value');
  });

  it('has none of the fields that it took the place of', () => {
    const time = '2026-01-01T00:00:00Z';
    expect(onCreate(testEvent({ firstTimestamp: time, lastTimestamp: time, count: 1, source: { host: 'n1' } }))).toEqual(
      ['firstTimestamp', 'lastTimestamp', 'count', 'source'].map((field) => `${field}: Invalid value: "": needs to be unset`),
    );
    expect(onCreate(testEvent({ count: 0, source: {} }))).toEqual([]);
  });

  it('is bounded by bytes', () => {
    expect(onCreate(testEvent({ action: 'ä'.repeat(65), message: 'x'.repeat(1024) }))).toEqual([
      'action: Invalid value: "": can have at most 128 characters',
    ]);
  });

  it('has a series only of several times', () => {
    expect(onCreate(testEvent({ series: { count: 1 } }))).toEqual([
      'series.count: Invalid value: "": should be at least 2',
      'series.lastObservedTime: Required value',
    ]);
    const old = testEvent({ series: { count: 1 } });
    expect(onUpdate(old, old)).toEqual([]);
    expect(onUpdate(testEvent({ series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } }))).toEqual([]);
  });

  it('keeps all but its series', () => {
    const fields: Partial<Event> = {
      reason: 'Other',
      count: 2,
      related: { name: 'x' },
      reportingComponent: 'other',
      reportingInstance: 'n2',
    };
    expect(onUpdate(testEvent(fields)).map((problem) => problem.split(':')[0])).toEqual([
      'reason',
      'count',
      'related',
      'reportingInstance',
      'reportingController',
    ]);
    expect(onUpdate(testEvent({ eventTime: '2026-01-01T00:00:00.000002Z' }))).toEqual([
      'eventTime: Invalid value: "2026-01-01T00:00:00.000002Z": field is immutable',
    ]);
  });

  it('may lose what is finer than a microsecond of its time', () => {
    expect(onUpdate(testEvent(), testEvent({ eventTime: '2026-01-01T00:00:00.000001999Z' }))).toEqual([]);
  });
});
