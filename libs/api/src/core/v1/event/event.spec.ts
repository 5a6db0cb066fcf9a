import type { Event } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { event as kind } from './strategy';
import { columns } from './table';
import { validateEvent } from './validation';

const testEvent = (fields: Partial<Event> = {}): Event => ({
  metadata: storedMeta(),
  involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
  ...fields,
});
const onEvent = (fields: Partial<Event>) => problems((path, errors) => validateEvent(testEvent(fields), path, errors));

describe('an Event', () => {
  it('lies in the namespace of what it is about', () => {
    expect(onEvent({ involvedObject: { kind: 'Node', name: 'n1' } })).toEqual([]);
    expect(onEvent({ involvedObject: { kind: 'Pod', name: 'web', namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
  });

  it('says who reports it, if it is of the new kind', () => {
    expect(onEvent({ eventTime: '2026-01-01T00:00:00.000000Z', reason: 'Pulled', action: 'Pull', reportingInstance: 'n1' })[0]).toBe(
      'reportingComponent: Required value',
    );
  });

  it('shows when it was last seen, in its series if it has one', () => {
    const row = (fields: Partial<Event>) =>
      columns.map((column) => column.value(testEvent(fields), { age: (time) => time ?? '<unknown>', now: () => 0 }));
    expect(
      row({
        type: 'Normal',
        reason: 'Pulled',
        message: ' done\n',
        firstTimestamp: 'first',
        lastTimestamp: 'last',
        count: 3,
        source: { component: 'kubelet', host: 'n1' },
      }),
    ).toEqual(['last', 'Normal', 'Pulled', 'pod/web', '', 'kubelet, n1', 'done', 'first', 3, 'web']);
    const series = { count: 7, lastObservedTime: 'observed' };
    expect(row({ eventTime: 'begun', series })).toMatchObject({ 0: 'observed', 7: 'begun', 8: 7 });
    expect(row({})).toMatchObject({ 0: '<unknown>', 8: 1 });
  });

  it('is gone after an hour, and is found by what it is about', () => {
    expect(kind.timeToLive?.(testEvent())).toBe(3600);
    expect(kind.selectableFields?.['involvedObject.name']?.(testEvent())).toBe('web');
    expect(kind.selectableFields?.['source']?.(testEvent({ reportingComponent: 'scheduler' }))).toBe('scheduler');
  });
});
