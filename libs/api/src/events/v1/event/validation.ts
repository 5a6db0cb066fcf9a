import { validateImmutable, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { validateAnyEvent } from '../../../core/v1/event/validation';
import type { VersionValidation } from '../../../define-kind';
import type { Event } from '../../../generated/core/v1';

const UNSET = 'needs to be unset';
const TYPES: readonly string[] = ['Normal', 'Warning'];
/** The least number of times that makes a series. */
const LEAST_SERIES = 2;

/** What an update leaves as it is; `eventTime` has a rule of its own. */
const IMMUTABLE = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'action',
  'related',
  'reportingInstance',
] as const satisfies readonly (keyof Event)[];

/**
 * The strict rules of Events that are written through `events.k8s.io/v1`, whose stored form this reads: paths in errors are the stored
 * form's, but for that of the reporter (pkg/apis/core/validation/events.go).
 */
export const eventValidation: VersionValidation<Event> = {
  validate: (event, path, errors) => validateAnyEvent(event, { path, reporter: 'reportingController' }, errors),
  validateCreate(event, path, errors) {
    validateSeries(event, path, errors);
    if (event.eventTime === undefined) errors.required(path.child('eventTime'));
    const { type = '' } = event;
    if (!TYPES.includes(type)) errors.invalid(path.child('type'), '', `has invalid value: ${type}`);
    validateDeprecated(event, path, errors);
  },
  validateUpdate(next, previous, path, errors) {
    if (!isSameSeries(next.series, previous.series)) validateSeries(next, path, errors);
    const keep = (field: keyof Event, name: string = field): void =>
      validateImmutable({ next: next[field], previous: previous[field] }, path.child(name), errors);
    for (const field of IMMUTABLE) keep(field);
    if (microseconds(next.eventTime) !== microseconds(previous.eventTime)) keep('eventTime');
    keep('reportingComponent', 'reportingController');
  },
};

/** What a series has taken the place of. */
function validateDeprecated(event: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  const { count = 0, firstTimestamp, lastTimestamp, source = {} } = event;
  if (firstTimestamp !== undefined) errors.invalid(path.child('firstTimestamp'), '', UNSET);
  if (lastTimestamp !== undefined) errors.invalid(path.child('lastTimestamp'), '', UNSET);
  if (count !== 0) errors.invalid(path.child('count'), '', UNSET);
  if ((source.component ?? '') !== '' || (source.host ?? '') !== '') errors.invalid(path.child('source'), '', UNSET);
}

function validateSeries({ series }: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  if (series === undefined) return;
  const { count = 0, lastObservedTime } = series;
  if (count < LEAST_SERIES) errors.invalid(path.child('series.count'), '', `should be at least ${LEAST_SERIES}`);
  if (lastObservedTime === undefined) errors.required(path.child('series.lastObservedTime'));
}

function isSameSeries(next: DeepReadonly<Event>['series'], previous: DeepReadonly<Event>['series']): boolean {
  return next?.count === previous?.count && next?.lastObservedTime === previous?.lastObservedTime;
}

/** A time without what is finer than a microsecond: clients in Go lose it on the way (kubernetes/kubernetes#111928). */
function microseconds(time: string | undefined): string | undefined {
  return time?.replace(/(\.\d{6})\d+/, '$1');
}
