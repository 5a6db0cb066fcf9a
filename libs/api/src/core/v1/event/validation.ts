import { addProblems, dns1123Subdomain, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Event } from '../../../generated/core/v1';

const MAX_MESSAGE = 1024;
const MAX_NAME = 128;
const ELSEWHERE = 'does not match event.namespace';

/** The rules of an Event that is written through the core group. */
export function validateEvent(event: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  validateAnyEvent(event, { path, reporter: 'reportingComponent' }, errors);
}

/**
 * What every Event must keep to: more if it has an `eventTime`, the older, laxer rules if not (pkg/apis/core/validation/events.go).
 * @param at.reporter what the version in which the event was written calls the field of its reporter
 */
export function validateAnyEvent(
  event: DeepReadonly<Event>,
  { path, reporter }: { readonly path: FieldPath; readonly reporter: string },
  errors: FieldErrors,
): void {
  const { namespace = '' } = event.metadata;
  const involved = event.involvedObject.namespace ?? '';
  const at = path.child('involvedObject', 'namespace');
  if (event.eventTime === undefined) {
    if (involved === '' ? namespace !== '' && namespace !== 'default' : namespace !== involved) errors.invalid(at, involved, ELSEWHERE);
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') errors.invalid(at, involved, ELSEWHERE);
    validateReporter(event, path.child(reporter), errors);
    validateReport(event, path, errors);
  }
  addProblems(dns1123Subdomain(namespace), namespace, path.child('namespace'), errors);
}

function validateReporter({ reportingComponent = '' }: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  if (reportingComponent === '') errors.required(path);
  addProblems(qualifiedName(reportingComponent), reportingComponent, path, errors);
}

function validateReport(event: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  const { reportingInstance = '', action = '', reason = '', message = '' } = event;
  for (const [field, text] of Object.entries({ reportingInstance, action, reason })) {
    if (text === '') errors.required(path.child(field));
    if (Buffer.byteLength(text) > MAX_NAME) errors.invalid(path.child(field), '', `can have at most ${MAX_NAME} characters`);
  }
  if (Buffer.byteLength(message) > MAX_MESSAGE) errors.invalid(path.child('message'), '', `can have at most ${MAX_MESSAGE} characters`);
}
