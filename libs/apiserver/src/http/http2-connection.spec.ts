import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { duplexPair } from 'node:stream';
import type { ApiResponse, Handler } from './api-request';
import { serveHttp2 } from './http2-connection';

const EVENT = Buffer.from('{"type":"ADDED"}\n');

/** A client of `handler`. */
function connected(handler: Handler): ClientHttp2Session {
  const [near, far] = duplexPair();
  serveHttp2(far, { remoteAddress: '192.0.2.7', clientCertificate: undefined }, handler);
  return connect('http://server.test', { createConnection: () => near });
}

/** One event, and then nothing until `signal` aborts. */
function watchUntil(signal: AbortSignal): ApiResponse {
  return {
    status: 200,
    stream: async (sink) => {
      sink.write(EVENT);
      await aborted(signal);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

describe('serveHttp2', () => {
  let session: ClientHttp2Session;

  afterEach(() => session.destroy());

  it.each([
    ['cancels its stream', (stream: ReturnType<ClientHttp2Session['request']>): void => stream.close(constants.NGHTTP2_CANCEL)],
    ['closes its stream without a reason', (stream: ReturnType<ClientHttp2Session['request']>): void => stream.close()],
    ['drops its connection', (): void => session.destroy()],
  ])('ends a stream that has nothing left to send when the client %s', async (_, leave) => {
    const ended = Promise.withResolvers<undefined>();
    session = connected(({ signal }) => {
      signal.addEventListener('abort', () => ended.resolve(undefined));
      return Promise.resolve(watchUntil(signal));
    });
    const stream = session.request({ ':path': '/api/v1/pods?watch=1' });
    stream.on('error', () => undefined);
    stream.once('data', () => leave(stream));
    await ended.promise;
  });

  it('tells a handler that is still at work that its client has gone', async () => {
    const ended = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    session = connected(async ({ signal }) => {
      begun.resolve(undefined);
      await aborted(signal);
      ended.resolve(undefined);
      return { status: 200, body: EVENT };
    });
    const stream = session.request({ ':path': '/api/v1/pods' });
    await begun.promise;
    stream.close(constants.NGHTTP2_CANCEL);
    await ended.promise;
  });

  it('does not abort a request that was answered', async () => {
    let signal: AbortSignal | undefined;
    session = connected((request) => {
      signal = request.signal;
      return Promise.resolve({ status: 200, body: EVENT });
    });
    const stream = session.request({ ':path': '/api/v1/pods' });
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    // The server's side closes with the connection at the latest.
    await new Promise<void>((resolve) => session.close(() => resolve()));
    expect(signal?.aborted).toBe(false);
  });
});
