import { request as httpRequest, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflateRaw, createGunzip, createGzip, createInflateRaw } from 'node:zlib';
import { StatusError } from '@keelson/apimachinery';
import type { ApiRequest, ApiResponse, ByteSink, UpgradeRequest } from '../http/api-request';
import { isUpgrade, joinUpgraded, type UpgradedConnection } from '../http/upgrade';
import { forwardedHeaders, responseHeaders, upgradeForwardedHeaders } from './forwarded-headers';
import { HtmlLinkRewriter } from './html-link-rewriter';
import { rewriteLink, type ProxiedPage } from './link-rewriting';
import type { ProxyLocation } from './proxy-location';

/** A request for what is behind a proxy subresource. */
export interface ProxiedRequest {
  readonly request: ApiRequest;
  readonly location: ProxyLocation;
  /** The path of the subresource itself. */
  readonly prefix: string;
  /** What follows it, encoded as it came; empty or with a slash first. */
  readonly path: string;
}

/**
 * Passes a request on and its answer back, both as they stream. Redirects and the links of HTML pages come to lead through the proxy;
 * requests to change protocols do so from end to end.
 * @throws StatusError ServiceUnavailable if nothing answers there
 */
export async function proxyTo(proxied: ProxiedRequest): Promise<ApiResponse> {
  const { path, prefix, request } = proxied;
  if (isUpgrade(request)) return proxyUpgrade(proxied, request);
  if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) return toRoot(request);
  const outgoing = open(proxied, forwardedHeaders(request, prefix + path));
  const answered = responseOf(outgoing);
  const body = request.bodyStream();
  // A backend may answer, or be gone, before it has read everything; then the client still gets to read the answer.
  outgoing.on('close', () => body.unpipe(outgoing).resume());
  body.pipe(outgoing);
  return respond(proxied, await answered);
}

/** Relative links of a page need the slash at the end of its path. */
function toRoot({ path, rawQuery }: ApiRequest): ApiResponse {
  return { status: 301, headers: { location: `${path}/${rawQuery === '' ? '' : `?${rawQuery}`}` }, body: Buffer.alloc(0) };
}

function open({ location, path, request: { method, rawQuery, signal } }: ProxiedRequest, headers: OutgoingHttpHeaders): ClientRequest {
  const { agent, host, port, scheme } = location;
  const options = {
    host,
    port: port === '' ? undefined : port,
    method,
    path: `${path === '' ? '/' : path}${rawQuery === '' ? '' : `?${rawQuery}`}`,
    headers,
    // A connection of its own: one that is kept can be closed by the other side just when it is used again.
    agent: agent ?? false,
    signal,
  };
  if (scheme === 'http') return httpRequest(options);
  // A kubelet's agent says what it trusts; the certificates of others nobody has vouched for, as upstream.
  return httpsRequest(agent === undefined ? { ...options, rejectUnauthorized: false } : options);
}

function responseOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(unreachable(error)));
  });
}

const unreachable = (error: Error): StatusError =>
  StatusError.of('ServiceUnavailable', `error trying to reach service: ${error.message}`, undefined, { cause: error });

function respond({ location, prefix, request }: ProxiedRequest, response: IncomingMessage): ApiResponse {
  const status = response.statusCode ?? 502;
  const headers = responseHeaders(response.headersDistinct);
  const backendHost = location.port === '' ? location.host : `${location.host}:${location.port}`;
  const requestHost = String(request.headers['host'] ?? request.headers[':authority'] ?? '');
  const page: ProxiedPage = { prefix, backendHost, requestHost };
  const { location: redirect } = headers;
  if (typeof redirect === 'string' && redirect !== '') headers['location'] = rewriteLink(redirect, page);
  const transforms = headers['location'] === undefined && isHtml(response) ? rewriters(response, page) : [];
  if (transforms.length > 0) delete headers['content-length'];
  const hasContent = request.method !== 'HEAD' && status !== 204 && status !== 304;
  return { status, headers, stream: (sink) => (hasContent ? passOn(through(response, transforms), sink) : drop(response)) };
}

function isHtml({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.split(';')[0]?.trim() === 'text/html';
}

/** Around the rewriting, what undoes and redoes the compression; nothing for one that is not known. */
function rewriters({ headers }: IncomingMessage, page: ProxiedPage): Transform[] {
  const rewriter = new HtmlLinkRewriter((link) => rewriteLink(link, page));
  switch (headers['content-encoding'] ?? '') {
    case '':
      return [rewriter];
    case 'gzip':
      return [createGunzip(), rewriter, createGzip()];
    case 'deflate':
      return [createInflateRaw(), rewriter, createDeflateRaw()];
    default:
      return [];
  }
}

function through(response: IncomingMessage, transforms: readonly Transform[]): Readable {
  const last = transforms.at(-1);
  if (last === undefined) return response;
  // Whatever fails destroys the last one, whose reader hears of it.
  pipeline([response, ...transforms], () => undefined);
  return last;
}

/** At the speed at which the client reads. */
async function passOn(body: Readable, sink: ByteSink): Promise<void> {
  for await (const chunk of body as AsyncIterable<Buffer>) if (!sink.write(chunk)) await sink.drained();
}

async function drop(response: IncomingMessage): Promise<void> {
  response.resume();
  await Promise.resolve();
}

async function proxyUpgrade(proxied: ProxiedRequest, request: UpgradeRequest): Promise<ApiResponse> {
  const outgoing = open(proxied, upgradeForwardedHeaders(request));
  const answer = new Promise<UpgradedConnection | IncomingMessage>((resolve, reject) => {
    outgoing.on('upgrade', (response, socket, head) => resolve({ headers: response.rawHeaders, socket, head }));
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(StatusError.internal(new Error(`error dialing backend: ${error.message}`, { cause: error }))));
  });
  outgoing.end();
  const answered = await answer;
  if ('head' in answered) {
    joinUpgraded(request, answered);
    return { upgraded: true };
  }
  const { headersDistinct, statusCode = 0 } = answered;
  if (statusCode < 400) throw StatusError.internal(new Error(`invalid upgrade response: status code ${statusCode}`));
  return { status: statusCode, headers: responseHeaders(headersDistinct), body: await buffer(answered) };
}
