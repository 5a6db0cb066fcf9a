import { addProblems, dns1123Subdomain, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { Event } from '../../../generated/core/v1';

const MAX_MESSAGE = 1024;
const MAX_NAME = 128;
const ELSEWHERE = 'does not match event.namespace';

/** The rules of an Event: those of `events.k8s.io` if it has an `eventTime`, or the older, laxer ones. */
export function validateEvent(event: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  const { namespace = '' } = event.metadata;
  const involved = event.involvedObject.namespace ?? '';
  const at = path.child('involvedObject', 'namespace');
  if (event.eventTime === undefined) {
    if (involved === '' ? namespace !== '' && namespace !== 'default' : namespace !== involved) errors.invalid(at, involved, ELSEWHERE);
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') errors.invalid(at, involved, ELSEWHERE);
    validateReport(event, path, errors);
  }
  addProblems(dns1123Subdomain(namespace), namespace, path.child('namespace'), errors);
}

function validateReport(event: DeepReadonly<Event>, path: FieldPath, errors: FieldErrors): void {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event;
  if (reportingComponent === '') errors.required(path.child('reportingComponent'));
  addProblems(qualifiedName(reportingComponent), reportingComponent, path.child('reportingComponent'), errors);
  for (const [field, text] of Object.entries({ reportingInstance, action, reason })) {
    if (text === '') errors.required(path.child(field));
    if (text.length > MAX_NAME) errors.invalid(path.child(field), '', `can have at most ${MAX_NAME} characters`);
  }
  if (message.length > MAX_MESSAGE) errors.invalid(path.child('message'), '', `can have at most ${MAX_MESSAGE} characters`);
}
