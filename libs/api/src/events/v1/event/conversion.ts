import { INVOLVED_FIELDS } from '../../../core/v1/event/strategy';
import type { KindConversion } from '../../../define-kind';
import { events as coreEvents, type Event as CoreEvent } from '../../../generated/core/v1';
import { events, type Event } from '../../../generated/events/v1';
import { presentFields } from '../../../presence';
import { eventValidation } from './validation';

/** The fields of `events.k8s.io/v1` that the core group calls otherwise. */
const CORE_NAMES = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
} as const satisfies Partial<Record<keyof Event, keyof CoreEvent>>;

const TO_CORE: ReadonlyMap<string, string> = new Map(Object.entries(CORE_NAMES));
const FROM_CORE: ReadonlyMap<string, string> = new Map([...TO_CORE].map(([name, core]) => [core, name]));

const FIELD_NAMES: ReadonlyMap<string, string> = new Map([
  ['reason', 'reason'],
  ['type', 'type'],
  ['reportingController', 'reportingComponent'],
  ...INVOLVED_FIELDS.map((field): [string, string] => [`regarding.${field}`, `involvedObject.${field}`]),
]);

/** Events are the same objects in both groups, stored in the core group's form (pkg/apis/events/v1/conversion.go). */
export const eventConversion: KindConversion<Event, CoreEvent> = {
  resource: events,
  storedAs: coreEvents,
  fieldNames: FIELD_NAMES,
  validation: eventValidation,
  conversion: {
    fromStored: (object) => renamed(object, FROM_CORE, 'events.k8s.io/v1') as unknown as Event,
    toStored: (object) => renamed({ regarding: {}, ...object }, TO_CORE, 'v1') as unknown as CoreEvent,
  },
};

function renamed(object: object, names: ReadonlyMap<string, string>, apiVersion: string): Record<string, unknown> {
  const fields = object as Readonly<Record<string, unknown>>;
  const copied = presentFields(object).map((name) => [names.get(name) ?? name, fields[name]] as const);
  return { ...Object.fromEntries(copied), apiVersion, kind: 'Event' };
}
