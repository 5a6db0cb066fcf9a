import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '@keelson/apimachinery';
import { Credential, type CredentialSource } from './credential-file';
import { describe, DialingAgent, messageOf, requestOverHttp1 } from './http1-requester';
import { Http2Pool } from './http2-pool';
import { readText } from './read-text';
import { TlsDialer, type TlsOptions } from './tls-dialer';
import { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport';

export interface HttpTransportOptions {
  /** As in `https://10.0.0.1:6443`; a path is put before that of every request. `http:` speaks HTTP/1.1 without TLS. */
  readonly server: string;
  readonly tls?: TlsOptions | undefined;
  /** Sent as the bearer token of every request that has none. A file is read again at most every minute, and at once after a 401. */
  readonly token?: CredentialSource | undefined;
  readonly clock?: Clock;
}

/**
 * The way to an apiserver over the network: HTTP/2 where the server speaks it, HTTP/1.1 where it doesn't. Connections are opened when a
 * request needs one; a lost one fails its requests, and the next request opens another. Files with credentials may be replaced at any time.
 * @throws TypeError if `server` is not a URL
 */
export function createHttpTransport({ server, tls = {}, token, clock = systemClock }: HttpTransportOptions): Transport {
  const url = new URL(server);
  const way = url.protocol === 'http:' ? plainWay(url) : secureWay(url, new TlsDialer(url, tls, clock), clock);
  return new HttpTransport(way, token && new Credential(token, clock));
}

/** How requests get to the server, before credentials. */
interface Way {
  request(request: TransportRequest): Promise<TransportResponse>;
  connect(): Promise<Duplex>;
  close(): void;
}

class HttpTransport implements Transport {
  readonly #way: Way;
  readonly #token: Credential | undefined;
  #closed = false;

  constructor(way: Way, token: Credential | undefined) {
    this.#way = way;
    this.#token = token;
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    try {
      this.#refuseIfClosed();
      return await this.#authenticated(request);
    } catch (error) {
      throw error instanceof TransportError ? error : new TransportError(`${describe(request)}: ${messageOf(error)}`, { cause: error });
    }
  }

  async connect(): Promise<Duplex> {
    try {
      this.#refuseIfClosed();
      return await this.#way.connect();
    } catch (error) {
      throw new TransportError(messageOf(error), { cause: error });
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#way.close();
    return Promise.resolve();
  }

  async #authenticated(request: TransportRequest): Promise<TransportResponse> {
    if (this.#token === undefined || request.headers?.['authorization'] !== undefined) return this.#way.request(request);
    const token = await this.#token.current();
    const response = await this.#way.request(withToken(request, token));
    if (response.status !== 401) return response;
    // The token may just have been rotated. A request that was refused for its token has had no effect, so it may go again.
    const newer = await this.#token.reread();
    if (newer === token) return response;
    await readText(response.body);
    return this.#way.request(withToken(request, newer));
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new Error('the transport is closed');
  }
}

function withToken(request: TransportRequest, token: string): TransportRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token.trim()}` } };
}

function plainWay(server: URL): Way {
  const dial = async (): Promise<Duplex> => {
    const socket = connectTcp({ host: server.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(server.port === '' ? 80 : server.port) });
    await once(socket, 'connect');
    return socket.setNoDelay(true);
  };
  return http1Way(server, dial);
}

function http1Way(server: URL, dial: () => Promise<Duplex>): Way {
  const agent = new DialingAgent(dial);
  const prefix = pathPrefix(server);
  return {
    request: (request) => requestOverHttp1(agent, server.host, { ...request, path: prefix + request.path }),
    connect: dial,
    close: () => agent.destroy(),
  };
}

/** HTTP/2, until the server turns out not to speak it. */
function secureWay(server: URL, dialer: TlsDialer, clock: Clock): Way {
  const pool = new Http2Pool({ server, dialer, clock });
  const http1 = http1Way(server, () => dialer.dial(['http/1.1']));
  const prefix = pathPrefix(server);
  let speaksHttp2 = true;
  return {
    async request(request) {
      const connection = speaksHttp2 ? await pool.acquire() : undefined;
      if (connection !== undefined) return connection.request(request, prefix);
      speaksHttp2 = false;
      return http1.request(request);
    },
    connect: () => http1.connect(),
    close() {
      pool.close();
      http1.close();
    },
  };
}

const pathPrefix = ({ pathname }: URL): string => pathname.replace(/\/$/, '');
