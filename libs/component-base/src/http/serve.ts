import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Timers } from '../clock';
import { followFiles } from '../files/follow-files';
import type { Logger } from '../logger';
import { tlsPolicy, type TlsPolicy, type TlsPolicyOptions } from './tls-policy';

/** Rotated certificates are in force within this many milliseconds. */
const CERTIFICATE_INTERVAL = 60_000;

/** Milliseconds that requests under way get when the server is closed. */
const CLOSE_GRACE = 5_000;

export interface ServeOptions {
  /** `--bind-address`. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly timers: Timers;
  readonly log: Logger;
}

export interface ServeTlsOptions extends ServeOptions {
  /** PEM; both are read again when they change. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Asks clients for a certificate, and leaves it to the access check whether they must have one; none is taken before {@link TlsListening.trustClientsOf}. */
  readonly clientCertificates?: boolean;
  /** TLS 1.2 and newer with the usual suites if absent. */
  readonly tls?: TlsPolicyOptions;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Takes no more connections, lets requests under way finish for five seconds, then cuts them off. */
  close(): Promise<void>;
}

export interface TlsListening extends Listening {
  /** From now on new connections' certificates are taken if these authorities signed them, in PEM; Node ignores what is not. */
  trustClientsOf(authorities: string): void;
}

/** @throws Error naming address and port if it can't listen there */
export async function serveHttp(listener: RequestListener, options: ServeOptions): Promise<Listening> {
  return listen(createHttpServer(listener), options);
}

/** @throws Error naming the file or the address that is to blame */
export async function serveHttps(listener: RequestListener, options: ServeTlsOptions): Promise<TlsListening> {
  const { certificateFile, keyFile, clientCertificates: requestCert = false } = options;
  const policy = tlsPolicy(options.tls ?? { minVersion: '', cipherSuites: [] });
  const server = createHttpsServer({ requestCert, rejectUnauthorized: false, ...policy }, listener);
  const context = new ServerContext(server, policy);
  const ended = new AbortController();
  await followFiles([certificateFile, keyFile], ([cert, key]) => context.serveWith({ cert, key }, `${certificateFile} and ${keyFile}`), {
    timers: options.timers,
    interval: CERTIFICATE_INTERVAL,
    signal: ended.signal,
    onError: (error) => options.log.error('Unable to reload the serving certificate; the previous one stays', { error }),
  });
  try {
    const listening = await listen(server, options);
    return {
      port: listening.port,
      trustClientsOf: (authorities) => context.trust(authorities),
      close() {
        ended.abort();
        return listening.close();
      },
    };
  } catch (error) {
    ended.abort();
    throw error;
  }
}

interface Pair {
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** What new connections are served with; the server's own certificate and the clients' authorities change independently. */
class ServerContext {
  readonly #server: TlsServer;
  readonly #policy: TlsPolicy;
  #pair: Pair = {};
  /** PEM. Empty, not absent, if there are none: without a list, Node takes any certificate of the public authorities. */
  #authorities: readonly string[] = [];

  constructor(server: TlsServer, policy: TlsPolicy) {
    this.#server = server;
    this.#policy = policy;
  }

  serveWith(pair: Pair, source: string): void {
    try {
      this.#apply(pair, this.#authorities);
    } catch (error) {
      throw new Error(`${source} are not a certificate and its key in PEM`, { cause: error });
    }
    this.#pair = pair;
  }

  trust(authorities: string): void {
    const next = authorities === '' ? [] : [authorities];
    this.#apply(this.#pair, next);
    this.#authorities = next;
  }

  #apply(pair: Pair, authorities: readonly string[]): void {
    this.#server.setSecureContext({ ...pair, ca: [...authorities], ...this.#policy });
  }
}

async function listen(server: Server | TlsServer, { address, port, timers }: ServeOptions): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`failed to listen on ${address}:${port}: ${error.message}`, { cause: error })));
    server.listen(port, address, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, timers) };
}

async function closeServer(server: Server | TlsServer, timers: Timers): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cancel = timers.setTimeout(() => server.closeAllConnections(), CLOSE_GRACE);
  await closed;
  cancel();
}
