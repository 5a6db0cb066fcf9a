import type { Clock } from '@keelson/apimachinery';
import type { ApiRequest } from '../http/api-request';
import type { Filter } from './filter';
import { isLongRunning } from './with-deadline';

/** What is counted of requests; upstream's `apiserver_request_*` metrics stand behind it. */
export interface RequestMetrics {
  started(request: ApiRequest): void;
  finished(request: ApiRequest, outcome: { readonly code: number; readonly seconds: number }): void;
}

/** Counts every request and how long it took; a watch counts when it begins to stream. */
export function withMetrics(metrics: RequestMetrics, clock: Clock): Filter {
  return async (request, next) => {
    const begun = clock.monotonic();
    metrics.started(request);
    let code = 500;
    try {
      const response = await next(request);
      code = 'upgraded' in response ? 101 : response.status;
      return response;
    } finally {
      metrics.finished(request, { code, seconds: isLongRunning(request) ? 0 : (clock.monotonic() - begun) / 1000 });
    }
  };
}
