import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@keelson/apimachinery';
import { bodyOf, describe, messageOf } from './http1-requester';
import { TransportError, type TransportRequest, type TransportResponse } from './transport';

/** As client-go: after so long without a byte the server is pinged, and it then has so long to answer. */
const READ_IDLE_MILLISECONDS = 30 * 1000;
const PING_TIMEOUT_MILLISECONDS = 15 * 1000;

/** A connection that carries nothing is closed after this; Go's default. */
const IDLE_MILLISECONDS = 90 * 1000;

/** What one slow reader can make the server send ahead. The connection's own window is as good as none, so that slow readers don't stop the others. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 2 ** 30;

/** In megabytes. Node's default of 10 fails a session that carries several large lists. */
const MAX_SESSION_MEMORY = 1000;

/**
 * One HTTP/2 connection, shared by all requests that fit on it. It pings when it hears nothing, so that a dead peer fails its requests
 * within 45 seconds, and closes when it carries nothing.
 * Invariant: `usable` is true from the server's settings on, turns false before the connection refuses a stream, and never turns true again.
 */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  #streams = 0;
  /** False before the server's settings came, and for good once no further request may be put on the connection. */
  #usable = false;
  #bytesSeen = 0;
  #lastUsed: number;
  #cancelCheck: () => void;

  /** @param onClose called once, when the connection carries nothing any more */
  constructor(socket: TLSSocket, { authority, clock, onClose }: { authority: URL; clock: Clock; onClose: () => void }) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onClose = onClose;
    this.#lastUsed = clock.monotonic();
    this.#session = connect(authority, {
      createConnection: () => socket,
      maxSessionMemory: MAX_SESSION_MEMORY,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    this.#session.on('goaway', () => this.retire());
    // Each stream reports the error to its own request; here it would only end the process.
    this.#session.on('error', () => (this.#usable = false));
    this.#session.once('close', () => this.#closed());
    this.#cancelCheck = this.#scheduleCheck();
  }

  /**
   * Resolves when the server has said how many streams it takes at once, which it does first of all; more would silently wait inside Node.
   * @throws Error if the connection ends before
   */
  async ready(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#session.once('remoteSettings', () => {
      this.#usable = !this.#session.closed;
      resolve(undefined);
    });
    this.#session.once('close', () => reject(new Error('the connection closed before the server sent its settings')));
    await promise;
  }

  /** Whether another request fits. */
  get usable(): boolean {
    const most = this.#session.remoteSettings.maxConcurrentStreams ?? Infinity;
    return this.#usable && !this.#session.closed && this.#streams < most;
  }

  /** @throws TransportError */
  request(request: TransportRequest, pathPrefix: string): Promise<TransportResponse> {
    const { method, path, headers, body, signal } = request;
    const what = describe(request);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(new TransportError(`${what}: ${messageOf(error)}`, { cause: error }));
      if (signal?.aborted === true) return fail(signal.reason);
      const all: OutgoingHttpHeaders = { ...headers, ':method': method, ':path': pathPrefix + path };
      if (body !== undefined) all['content-length'] = body.length;
      const stream = this.#open(all, body === undefined);
      stream.once('response', (answer) => {
        resolve({ status: answer[':status'] ?? 0, headers: answer, body: startedAtOnce(bodyOf(stream, what)) });
      });
      stream.on('error', fail);
      // A stream may close without a response and without an error: cancelled, or its session ended in an orderly way.
      stream.once('close', () => fail(signal?.reason ?? new Error('the connection closed before a response came')));
      closeOnAbort(stream, signal);
      if (body !== undefined) stream.end(body);
    });
  }

  /** Takes no further requests; those under way go on to their ends. */
  retire(): void {
    this.#usable = false;
    if (!this.#session.destroyed) this.#session.close();
  }

  /** Ends the connection and fails what is under way. */
  destroy(): void {
    this.#usable = false;
    this.#session.destroy();
  }

  #open(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const stream = this.#session.request(headers, { endStream });
    this.#streams += 1;
    stream.once('close', () => {
      this.#streams -= 1;
      this.#lastUsed = this.#clock.monotonic();
    });
    return stream;
  }

  #closed(): void {
    this.#usable = false;
    this.#cancelCheck();
    this.#onClose();
  }

  #scheduleCheck(): () => void {
    return this.#clock.setTimeout(() => this.#check(), READ_IDLE_MILLISECONDS);
  }

  #check(): void {
    if (this.#session.destroyed) return;
    if (this.#streams === 0 && this.#clock.monotonic() - this.#lastUsed >= IDLE_MILLISECONDS) this.retire();
    if (this.#socket.bytesRead !== this.#bytesSeen) {
      this.#bytesSeen = this.#socket.bytesRead;
      this.#cancelCheck = this.#scheduleCheck();
    } else {
      this.#ping();
    }
  }

  #ping(): void {
    this.#cancelCheck = this.#clock.setTimeout(() => {
      this.#session.destroy(new Error(`the server did not answer a ping within ${PING_TIMEOUT_MILLISECONDS / 1000} s`));
    }, PING_TIMEOUT_MILLISECONDS);
    this.#session.ping((error) => {
      if (error !== null || this.#session.destroyed) return;
      this.#cancelCheck();
      this.#cancelCheck = this.#scheduleCheck();
    });
  }
}

function closeOnAbort(stream: ClientHttp2Stream, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const abort = (): void => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', abort));
}

/**
 * Asks for the first chunk now: Node throws a body away if the stream closes before anyone has begun to read it, and the caller may
 * have something else to wait for first.
 */
function startedAtOnce(body: AsyncGenerator<Uint8Array, void, void>): AsyncIterable<Uint8Array> {
  const first = body.next();
  first.catch(() => undefined);
  return {
    async *[Symbol.asyncIterator]() {
      try {
        const { done, value } = await first;
        if (done === true) return;
        yield value;
        yield* body;
      } finally {
        await body.return();
      }
    },
  };
}
