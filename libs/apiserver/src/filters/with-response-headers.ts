import type { Filter } from './filter';
import { headerOf } from '../http/api-request';

/**
 * What every answer carries: an id to find the request by (the client's own, if it sent one), and that nobody may keep what only this
 * client may see. Text is not to be taken for anything else.
 */
export function withResponseHeaders(newUid: () => string): Filter {
  return async (request, next) => {
    const auditId = headerOf(request, 'audit-id') ?? newUid();
    const response = await next(request);
    if ('upgraded' in response) return response;
    const { headers = {} } = response;
    const isText = String(headers['content-type']).startsWith('text/plain') || response.status === 403;
    const common = {
      'audit-id': auditId,
      'cache-control': 'no-cache, private',
      ...(isText ? { 'x-content-type-options': 'nosniff' } : {}),
    };
    return { ...response, headers: { ...common, ...headers } };
  };
}
