import type { OutgoingHttpHeaders } from 'node:http';
import { withoutToken } from '../authentication/bearer-token';
import type { ApiRequest } from '../http/api-request';

/** Of one connection only (RFC 9110, section 7.6.1), so never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What this server has answered already, or must not tell others. */
const OWN = new Set(['expect', 'http2-settings']);

/** What a backend must not say for this server (k8s.io/apimachinery/pkg/util/proxy). */
const CORS = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
]);

type Headers = ApiRequest['headers'];

/** The client's headers for the server behind the proxy: without credentials, and with where the request came from. */
export function forwardedHeaders(request: ApiRequest, forwardedUri: string): OutgoingHttpHeaders {
  const { headers } = request;
  const dropped = namedByConnection(headers);
  const kept = Object.entries(endToEnd(request)).filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(name));
  const trailers = headersOf(headers, 'te').includes('trailers') ? { te: 'trailers' } : {};
  const chunked = headers['content-length'] === undefined && hasBody(request) ? { 'transfer-encoding': 'chunked' } : {};
  return { ...Object.fromEntries(kept), ...trailers, ...chunked, 'x-forwarded-uri': forwardedUri };
}

/** As {@link forwardedHeaders}, for a request that changes protocols: what says so goes along. */
export function upgradeForwardedHeaders(request: ApiRequest): OutgoingHttpHeaders {
  return endToEnd(request);
}

/** A backend's headers for the client. */
export function responseHeaders(headers: NodeJS.Dict<string[]>): Record<string, string | string[]> {
  const dropped = namedByConnection(headers);
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !CORS.has(name) && !dropped.has(name));
  return Object.fromEntries(kept.map(([name, values = []]) => [name, values.length === 1 ? values.join('') : values]));
}

function endToEnd({ headers, remoteAddress }: ApiRequest): OutgoingHttpHeaders {
  const kept = Object.entries(withoutToken(headers)).filter(
    ([name, value]) => value !== undefined && !name.startsWith(':') && !name.startsWith('impersonate-') && !OWN.has(name),
  );
  const host = headersOf(headers, 'host')[0] ?? headersOf(headers, ':authority')[0];
  return {
    ...(Object.fromEntries(kept) as OutgoingHttpHeaders),
    ...(host === undefined ? {} : { host }),
    'x-forwarded-for': [...headersOf(headers, 'x-forwarded-for'), remoteAddress].join(', '),
  };
}

/** In HTTP/1.1 a header says whether a body follows; in HTTP/2 the stream has ended with the headers or not. */
function hasBody({ bodyStream, headers }: ApiRequest): boolean {
  if (headers[':method'] === undefined) return headers['transfer-encoding'] !== undefined;
  const stream = bodyStream();
  return !('endAfterHeaders' in stream && stream.endAfterHeaders === true);
}

function namedByConnection(headers: Headers): ReadonlySet<string> {
  return new Set(headersOf(headers, 'connection').map((name) => name.toLowerCase()));
}

function headersOf(headers: Headers, name: string): string[] {
  return [headers[name] ?? []].flat().flatMap((value) => value.split(',').map((part) => part.trim()));
}
