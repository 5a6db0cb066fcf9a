import { Agent, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { TransportError, type TransportRequest, type TransportResponse } from './transport';

/** More idle connections than this are closed; Go keeps as many in all. */
const MAX_IDLE_CONNECTIONS = 64;

/** An idle connection is closed after this; Go's default. */
const IDLE_MILLISECONDS = 90 * 1000;

/** Keeps HTTP/1.1 connections that `dial` opens. */
export class DialingAgent extends Agent {
  readonly #dial: () => Promise<Duplex>;

  constructor(dial: () => Promise<Duplex>) {
    super({ keepAlive: true, maxFreeSockets: MAX_IDLE_CONNECTIONS, timeout: IDLE_MILLISECONDS });
    this.#dial = dial;
  }

  override createConnection(_options: object, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#dial().then(
      (stream) => callback?.(null, stream),
      // Node looks at the stream only when there is no error.
      (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
    );
  }
}

/** Sends one request over the connections of `agent`, which knows where to; `host` only fills the Host header. */
export function requestOverHttp1(agent: Agent, host: string, request: TransportRequest): Promise<TransportResponse> {
  const { method, path, headers, body, signal } = request;
  const what = describe(request);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const outgoing = httpRequest({
      agent,
      method,
      path,
      headers: { host, ...headers, ...length },
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once('response', (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bodyOf(response, what) });
    });
    outgoing.on('error', (error) => reject(new TransportError(`${what}: ${error.message}`, { cause: error })));
    outgoing.end(body);
  });
}

/** @returns the chunks of `stream`; whatever breaks it comes out as a {@link TransportError} */
export async function* bodyOf(stream: AsyncIterable<unknown>, what: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw new TransportError(`${what}: the response broke off: ${messageOf(error)}`, { cause: error });
  }
}

export const describe = ({ method, path }: Pick<TransportRequest, 'method' | 'path'>): string => `${method} ${path}`;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
