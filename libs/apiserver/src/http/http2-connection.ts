import { constants, performServerHandshake, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ApiRequest, ApiResponse, ByteSink, Handler } from './api-request';
import { toApiRequest, type Peer } from './incoming';
import { warningHeader } from './warning-header';

/** Megabytes a session may hold; the default of 10 ends sessions on which large lists are under way. */
const MAX_SESSION_MEMORY = 1000;
/** As upstream's `--http2-max-streams-per-connection`. */
const MAX_STREAMS = 100;

/** Serves the requests of one HTTP/2 connection. */
export function serveHttp2(socket: Duplex, peer: Peer, handler: Handler): ServerHttp2Session {
  const session = performServerHandshake(socket, { maxSessionMemory: MAX_SESSION_MEMORY, settings: { maxConcurrentStreams: MAX_STREAMS } });
  session.on('stream', (stream, headers) => void serveStream(stream, headers, peer, handler));
  session.on('error', () => session.destroy());
  return session;
}

async function serveStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer, handler: Handler): Promise<void> {
  const abort = new AbortController();
  let answered = false;
  stream.on('close', () => {
    // The stream itself can't tell: Node ends one that its client has reset, and one with nothing left to send counts as finished then.
    if (!answered) abort.abort();
  });
  // A client that goes away is no error of ours; 'close' follows.
  stream.on('error', () => undefined);
  const request = toApiRequest({
    method: String(headers[':method']),
    url: String(headers[':path']),
    headers,
    body: stream,
    peer,
    signal: abort.signal,
  });
  await respond(stream, request, await handler(request));
  answered = true;
}

async function respond(stream: ServerHttp2Stream, { method, warnings }: ApiRequest, response: ApiResponse): Promise<void> {
  if ('upgraded' in response || stream.destroyed || stream.headersSent) return;
  const headers: Record<string, string | number | string[]> = { ':status': response.status, ...response.headers };
  if (warnings.size > 0) headers['warning'] = [...warnings].map(warningHeader);
  if ('stream' in response) {
    stream.respond(headers);
    await response.stream(new StreamSink(stream)).then(
      () => stream.end(),
      () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    );
    return;
  }
  const body = response.body instanceof Uint8Array ? response.body : Buffer.concat(response.body);
  headers['content-length'] = body.length;
  if (method === 'HEAD' || body.length === 0) stream.respond(headers, { endStream: true });
  else {
    stream.respond(headers);
    stream.end(body);
  }
  // What is left of the request is not wanted; without this the stream would stay half open.
  stream.resume();
}

class StreamSink implements ByteSink {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  write(chunk: Uint8Array): boolean {
    return this.#stream.destroyed || this.#stream.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#stream);
  }

  get pendingBytes(): number {
    return this.#stream.writableLength;
  }
}

/** Resolves when `stream` has room again, or is gone. */
export function drained(stream: Duplex | NodeJS.WritableStream): Promise<void> {
  const writable = stream as Duplex;
  if (writable.destroyed || !writable.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      writable.off('drain', finish);
      writable.off('close', finish);
      resolve();
    };
    writable.on('drain', finish);
    writable.on('close', finish);
  });
}
