import type { DeepReadonly } from '@keelson/apimachinery';
import { nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Event } from '../../../generated/core/v1';

type Subject = DeepReadonly<Event>;

export const columns: readonly TableColumn<Event>[] = [
  { name: 'Last Seen', type: 'string', value: (event, { age }) => age(lastSeen(event)) },
  { name: 'Type', type: 'string', value: ({ type }) => type ?? '' },
  { name: 'Reason', type: 'string', value: ({ reason }) => reason ?? '' },
  { name: 'Object', type: 'string', value: objectText },
  { name: 'Subobject', type: 'string', priority: 1, value: ({ involvedObject }) => involvedObject.fieldPath ?? '' },
  { name: 'Source', type: 'string', priority: 1, value: sourceText },
  { name: 'Message', type: 'string', value: ({ message }) => (message ?? '').trim() },
  { name: 'First Seen', type: 'string', priority: 1, value: (event, { age }) => age(firstSeen(event)) },
  { name: 'Count', type: 'string', priority: 1, value: ({ series, count = 0 }) => series?.count ?? (count === 0 ? 1 : count) },
  { ...nameColumn, priority: 1 },
];

const firstSeen = ({ firstTimestamp, eventTime }: Subject): string | undefined => firstTimestamp ?? eventTime;

/** A series, if there is one, goes on after the event itself. */
function lastSeen(event: Subject): string | undefined {
  if (event.series !== undefined) return event.series.lastObservedTime;
  return event.lastTimestamp ?? firstSeen(event);
}

function objectText({ involvedObject: { kind = '', name = '' } }: Subject): string {
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function sourceText({ source, reportingComponent = '', reportingInstance = '' }: Subject): string {
  const component = source?.component ?? '';
  const host = source?.host ?? '';
  return [component === '' ? reportingComponent : component, host === '' ? reportingInstance : host]
    .filter((part) => part !== '')
    .join(', ');
}
