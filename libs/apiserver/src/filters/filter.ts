import type { ApiRequest, ApiResponse, Handler } from '../http/api-request';

/** One step of a request's way. It knows nothing of its neighbours; what it finds wrong it throws. */
export type Filter = (request: ApiRequest, next: Handler) => Promise<ApiResponse>;

/** The handler that sends a request through `filters`, in the order of the list, and then to `endpoint`. */
export function chain(filters: readonly Filter[], endpoint: Handler): Handler {
  return filters.reduceRight<Handler>((next, filter) => (request) => filter(request, next), endpoint);
}
