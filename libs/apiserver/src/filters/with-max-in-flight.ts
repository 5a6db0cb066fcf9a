import { StatusError } from '@keelson/apimachinery';
import type { Filter } from './filter';
import { isLongRunning } from './with-deadline';

const READ_VERBS = new Set(['get', 'list']);

interface Limits {
  /** `--max-requests-inflight`; 0 for no limit. */
  readonly readOnly: number;
  /** `--max-mutating-requests-inflight`; 0 for no limit. */
  readonly mutating: number;
}

/**
 * Refuses requests beyond a number under way at once, reads and writes counted apart, so that neither starves the other. The masters of the
 * cluster (`system:masters`) are never refused.
 * @throws StatusError TooManyRequests (429)
 */
export function withMaxInFlight(limits: Limits): Filter {
  const underWay = { readOnly: 0, mutating: 0 };
  return async (request, next) => {
    const kind = READ_VERBS.has(request.info.verb) || !request.info.isResourceRequest ? 'readOnly' : 'mutating';
    if (isLongRunning(request)) return next(request);
    if (limits[kind] > 0 && underWay[kind] >= limits[kind] && !request.user.groups.includes('system:masters'))
      throw StatusError.tooManyRequests('Too many requests, please try again later.', 1);
    underWay[kind] += 1;
    try {
      return await next(request);
    } finally {
      underWay[kind] -= 1;
    }
  };
}
