import { FieldErrors, FieldPath, StatusError } from '@keelson/apimachinery';
import { isTrue } from '../request/request-info';

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
    limit: integer(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: match,
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  };
  const errors = new FieldErrors();
  validate(options, use, errors);
  if (!errors.isEmpty) throw StatusError.invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return options;
}

function validate(options: ListQuery, use: 'list' | 'watch', errors: FieldErrors): void {
  const match = FieldPath.of('resourceVersionMatch');
  if (use === 'watch') {
    validateWatch(options, errors);
    return;
  }
  if (options.sendInitialEvents !== undefined)
    errors.forbidden(FieldPath.of('sendInitialEvents'), 'sendInitialEvents is forbidden for list');
  if (options.resourceVersionMatch === '') return;
  if (options.resourceVersion === '') errors.forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (options.continue !== '') errors.forbidden(match, 'resourceVersionMatch is forbidden when continue is provided');
  if (options.resourceVersionMatch !== 'Exact' && options.resourceVersionMatch !== 'NotOlderThan')
    errors.notSupported(match, options.resourceVersionMatch, ['Exact', 'NotOlderThan', '']);
  if (options.resourceVersionMatch === 'Exact' && options.resourceVersion === '0')
    errors.forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

function validateWatch({ resourceVersionMatch, sendInitialEvents }: ListQuery, errors: FieldErrors): void {
  const match = FieldPath.of('resourceVersionMatch');
  if (sendInitialEvents === undefined && resourceVersionMatch !== '')
    errors.forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (sendInitialEvents !== undefined && resourceVersionMatch === '')
    errors.forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  else if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan')
    errors.notSupported(match, resourceVersionMatch, ['NotOlderThan']);
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}

/** @returns the revision a client names; undefined for none. @throws StatusError BadRequest for anything but a number */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw StatusError.of(
      'Invalid',
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}
