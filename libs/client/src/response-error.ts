import { groupResource, StatusError, type Status, type StatusReason } from '@keelson/apimachinery';
import type { TransportResponse } from './transport';

/** What was asked for, for the sentence of an error that the server did not word itself. */
export interface RequestSubject {
  readonly verb: string;
  readonly resource?: { readonly group: string; readonly resource: string };
  readonly name?: string;
}

/** How client-go words an answer without a `Status` body, by its code (k8s.io/apimachinery `NewGenericServerResponse`). */
const GENERIC: Readonly<Record<number, { reason: StatusReason; message?: string }>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  403: { reason: 'Forbidden' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  406: { reason: 'NotAcceptable' },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  410: { reason: 'Gone' },
  413: { reason: 'RequestEntityTooLarge' },
  415: { reason: 'UnsupportedMediaType' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: { reason: 'TooManyRequests', message: 'the server has received too many requests and has asked us to try again later' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
};

/** The error that a response with a code of 400 or more stands for: the `Status` in its body, or one made from code and text. */
export function responseError(response: Pick<TransportResponse, 'status' | 'headers'>, body: string, subject: RequestSubject): StatusError {
  const status = parseStatus(body);
  if (status !== undefined) return new StatusError({ code: response.status, ...status });
  return genericError(response, body.trim(), subject);
}

/** The whole seconds of a `Retry-After` header; dates, which no Kubernetes server sends, are not understood. */
export function retryAfterSeconds(headers: TransportResponse['headers']): number | undefined {
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function genericError(response: Pick<TransportResponse, 'status' | 'headers'>, text: string, subject: RequestSubject): StatusError {
  const { status: code } = response;
  const known = GENERIC[code] ?? { reason: 'InternalError' };
  const reason = code === 409 && subject.verb === 'create' ? 'AlreadyExists' : known.reason;
  const said = text === '' ? 'unknown' : text;
  const message =
    known.message ?? (code >= 500 ? `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding` : said);
  const seconds = retryAfterSeconds(response.headers);
  const { resource, name } = subject;
  return new StatusError({
    code,
    reason,
    message: message + describe(subject),
    details: {
      ...(name === undefined ? {} : { name }),
      ...(resource === undefined || resource.group === '' ? {} : { group: resource.group }),
      ...(resource === undefined ? {} : { kind: resource.resource }),
      causes: [{ reason: 'UnexpectedServerResponse', message: said }],
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    },
  });
}

function describe({ verb, resource, name }: RequestSubject): string {
  if (resource === undefined) return '';
  return name === undefined ? ` (${verb} ${groupResource(resource)})` : ` (${verb} ${groupResource(resource)} ${name})`;
}
