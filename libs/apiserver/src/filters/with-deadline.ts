import { StatusError, type Clock } from '@keelson/apimachinery';
import type { ApiRequest } from '../http/api-request';
import type { Filter } from './filter';

/** Verbs and subresources whose requests last as long as their client likes; `--min-request-timeout` bounds the watches. */
const LONG_RUNNING_SUBRESOURCES = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

export function isLongRunning({ info }: ApiRequest): boolean {
  return info.verb === 'watch' || LONG_RUNNING_SUBRESOURCES.has(info.subresource);
}

/**
 * Ends what takes longer than `--request-timeout`. The signal aborts, so that what can be stopped stops; the client is answered in any case.
 * @throws StatusError Timeout (504)
 */
export function withDeadline(clock: Clock, milliseconds: number): Filter {
  return async (request, next) => {
    if (isLongRunning(request)) return next(request);
    const ended = new AbortController();
    const leave = (): void => ended.abort();
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimeout(() => {
      leave();
      late.reject(StatusError.of('Timeout', 'request did not complete within the allotted timeout'));
    }, milliseconds);
    // Not AbortSignal.any, which costs several times as much, and this is on every request's way.
    if (request.signal.aborted) leave();
    else request.signal.addEventListener('abort', leave);
    try {
      return await Promise.race([next({ ...request, signal: ended.signal }), late.promise]);
    } finally {
      cancel();
      request.signal.removeEventListener('abort', leave);
    }
  };
}
