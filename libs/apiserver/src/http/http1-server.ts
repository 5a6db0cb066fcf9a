import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiRequest, ApiResponse, ByteSink, Handler, UpgradeRequest } from './api-request';
import { drained } from './http2-connection';
import { toApiRequest, type Peer } from './incoming';
import { warningHeader } from './warning-header';

/** Finds out whose connection a request came on. */
export type PeerOf = (socket: Duplex) => Peer;

/**
 * The HTTP/1.1 side: clients that do not speak HTTP/2, in-process connections, and everything that upgrades (WebSocket, SPDY).
 * It listens nowhere; connections are handed to it with `server.emit('connection', socket)`.
 */
export function createHttp1Server(peerOf: PeerOf, handler: Handler): Server {
  const server = createServer({ keepAliveTimeout: 90_000, headersTimeout: 32_000, requestTimeout: 0 });
  server.on('request', (message, response) => void serve(message, response, peerOf(message.socket), handler));
  server.on('connection', readAsStream);
  server.on('upgrade', (message, socket, head) => void upgrade(message, { socket, head }, peerOf(socket), handler));
  return server;
}

/**
 * Has Node parse what the connection emits, and not read from below it. Where a client asks for more before it has read a long answer, Node
 * pauses both; TLS hands on what it has decrypted all the same, and the parser, paused, would break the connection off (HPE_PAUSED).
 * A listener for data is how Node is told; it need not stay.
 */
function readAsStream(connection: Duplex): void {
  const listener = (): void => undefined;
  connection.on('data', listener);
  connection.off('data', listener);
}

async function serve(message: IncomingMessage, response: ServerResponse, peer: Peer, handler: Handler): Promise<void> {
  const abort = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  const request = requestOf(message, peer, abort.signal);
  await respond(response, request, await handler(request));
}

async function upgrade(
  message: IncomingMessage,
  connection: { socket: Duplex; head: Buffer },
  peer: Peer,
  handler: Handler,
): Promise<void> {
  const abort = new AbortController();
  connection.socket.on('close', () => abort.abort());
  connection.socket.on('error', () => abort.abort());
  const request: UpgradeRequest = { ...requestOf(message, peer, abort.signal), ...connection };
  const response = await handler(request);
  if ('upgraded' in response) return;
  connection.socket.end('body' in response ? rawResponse(response) : undefined);
}

function requestOf(message: IncomingMessage, peer: Peer, signal: AbortSignal): ApiRequest {
  return toApiRequest({ method: message.method ?? '', url: message.url ?? '', headers: message.headers, body: message, peer, signal });
}

async function respond(response: ServerResponse, { warnings }: ApiRequest, answer: ApiResponse): Promise<void> {
  if ('upgraded' in answer || response.destroyed || response.headersSent) return;
  if (warnings.size > 0) response.setHeader('warning', [...warnings].map(warningHeader));
  if ('stream' in answer) {
    response.writeHead(answer.status, answer.headers);
    response.flushHeaders();
    await answer.stream(new ResponseSink(response)).then(
      () => response.end(),
      () => response.destroy(),
    );
    return;
  }
  const body = bytesOf(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

const bytesOf = (body: Uint8Array | readonly Uint8Array[]): Uint8Array => (body instanceof Uint8Array ? body : Buffer.concat(body));

/** A whole response, for a connection that asked to upgrade and may not. */
function rawResponse({ body, headers, status }: Extract<ApiResponse, { body: unknown }>): Buffer {
  const bytes = bytesOf(body);
  const lines = Object.entries({ ...headers, 'content-length': String(bytes.length), connection: 'close' }).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`), bytes]);
}

class ResponseSink implements ByteSink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.destroyed || this.#response.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#response);
  }

  get pendingBytes(): number {
    return this.#response.writableLength;
  }
}
