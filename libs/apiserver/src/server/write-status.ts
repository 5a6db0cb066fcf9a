import type { StatusError } from '@keelson/apimachinery';
import type { ApiResponse } from '../http/api-request';

/** An error as its client gets it: a `Status` as JSON, which every client reads whatever it asked for. */
export function writeStatus(_request: unknown, { code, status }: StatusError): ApiResponse {
  const retry = status.details?.retryAfterSeconds;
  const headers = { 'content-type': 'application/json', ...(retry === undefined ? {} : { 'retry-after': String(retry) }) };
  return { status: code, headers, body: Buffer.from(`${JSON.stringify(status)}\n`) };
}
