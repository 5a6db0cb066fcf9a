import { StatusError } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { StoreRefused, StoreUnavailable } from '@keelson/storage';
import type { ApiRequest, ApiResponse } from '../http/api-request';
import type { Filter } from './filter';

/** Turns a StatusError into a response, in the form that the client accepts. */
export type StatusWriter = (request: ApiRequest, error: StatusError) => ApiResponse;

/** The outermost filter: whatever goes wrong behind it becomes a `Status`. Errors that are no StatusError are the server's own: logged, and 500. */
export function withErrorMapper(log: Logger, write: StatusWriter): Filter {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      return write(request, toStatusError(error, request, log));
    }
  };
}

function toStatusError(error: unknown, request: ApiRequest, log: Logger): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof StoreUnavailable) {
    log.warn('The store did not answer', { method: request.method, path: request.path, error });
    return StatusError.of('ServiceUnavailable', `the store is unavailable: ${error.message}`, { retryAfterSeconds: 1 }, { cause: error });
  }
  if (error instanceof StoreRefused) {
    log.error('The store refused a request', { method: request.method, path: request.path, error });
    return new StatusError({ code: 500, message: error.message }, { cause: error });
  }
  if (request.signal.aborted) return StatusError.of('Timeout', 'The request did not complete within its deadline, or its client went away');
  log.error('A request failed for a reason within the server', { method: request.method, path: request.path, error });
  return StatusError.internal(error);
}
