import { FieldErrors, FieldPath, StatusError } from '@keelson/apimachinery';
import { resourceVersionProblem } from '../registry/resource-version-problem';
import { isTrue } from '../request/request-info';
import { integerOf } from './query-value';

/** The query of a list, a watch or a deletecollection; `metav1.ListOptions`. */
export interface ListQuery {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** 0 for no limit. */
  readonly limit: number;
  readonly continue: string;
  /** Empty for the newest. */
  readonly resourceVersion: string;
  /** Empty, `Exact` or `NotOlderThan`; {@link parseListQuery} refuses anything else. */
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** @throws StatusError BadRequest for a malformed number, Invalid for a combination that means nothing */
export function parseListQuery(query: URLSearchParams, use: 'list' | 'watch'): ListQuery {
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitialEvents = query.get('sendInitialEvents');
  const options: ListQuery = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: integerOf(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: match,
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  };
  const errors = new FieldErrors();
  validate(options, use, errors);
  if (!errors.isEmpty) throw StatusError.invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return options;
}

function validate(options: ListQuery, use: 'list' | 'watch', errors: FieldErrors): void {
  if (use === 'watch') {
    validateWatch(options, errors);
    return;
  }
  if (options.resourceVersionMatch !== '') validateMatch(options, errors);
  if (options.sendInitialEvents !== undefined)
    errors.forbidden(FieldPath.of('sendInitialEvents'), 'sendInitialEvents is forbidden for list');
}

const MATCH = FieldPath.of('resourceVersionMatch');

function validateMatch(options: ListQuery, errors: FieldErrors): void {
  if (options.resourceVersion === '') errors.forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (options.continue !== '') errors.forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided');
  if (options.resourceVersionMatch !== 'Exact' && options.resourceVersionMatch !== 'NotOlderThan')
    errors.notSupported(MATCH, options.resourceVersionMatch, ['Exact', 'NotOlderThan', '']);
  if (options.resourceVersionMatch === 'Exact' && options.resourceVersion === '0')
    errors.forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

function validateWatch(options: ListQuery, errors: FieldErrors): void {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match === '') return;
  if (sendInitialEvents === undefined)
    errors.forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (match !== 'NotOlderThan') errors.notSupported(MATCH, match, ['NotOlderThan']);
  if (options.continue !== '') errors.forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided');
}

/**
 * @returns the revision a client names; undefined for none
 * @throws StatusError for anything but a number: BadRequest of a list; of a get and a watch upstream does not classify it, and so it is 500 without a reason
 */
export function parseResourceVersion(text: string, use: 'get' | 'list' | 'watch'): number | undefined {
  if (text === '') return undefined;
  const problem = resourceVersionProblem(text);
  if (problem === undefined) return Number(text);
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${problem}`;
  throw use === 'list' ? StatusError.badRequest(`invalid resource version: ${message}`) : new StatusError({ message, code: 500 });
}
