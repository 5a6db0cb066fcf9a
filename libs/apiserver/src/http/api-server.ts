import type { InProcessCaller, InProcessIdentity, InProcessServer, TransportRequest, TransportResponse } from '@keelson/client';
import { tlsPolicy, type Logger, type TlsPolicy, type TlsPolicyOptions } from '@keelson/component-base';
import type { AddressInfo } from 'node:net';
import type { ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { ApiRequest, Handler } from './api-request';
import { createHttp1Server } from './http1-server';
import { serveHttp2 } from './http2-connection';
import { InProcessExchange } from './in-process-exchange';
import type { Peer } from './incoming';

export interface ServingCertificate {
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
}

export interface ApiServerOptions {
  /** Undefined: {@link ApiServer.listen} is never called. */
  readonly serving: ServingCertificate | undefined;
  /** PEM of the authorities whose client certificates are taken; none are asked for if absent. */
  readonly clientCertificateAuthority?: string | Buffer | undefined;
  /** TLS 1.2 and newer with the usual suites if absent. */
  readonly tls?: TlsPolicyOptions | undefined;
  readonly handler: Handler;
  readonly log: Logger;
}

const IN_PROCESS: Peer = { remoteAddress: '127.0.0.1', clientCertificate: undefined };

/** One TLS port for HTTP/2, HTTP/1.1 and what HTTP/1.1 upgrades to; which of them, the client says by ALPN. */
export class ApiServer implements InProcessServer {
  readonly #options: ApiServerOptions;
  readonly #tls: TlsServer;
  readonly #policy: TlsPolicy;
  readonly #http1;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Duplex>();
  readonly #peers = new WeakMap<Duplex, Peer>();
  /** Requests from within this process that are under way. */
  readonly #exchanges = new Set<InProcessExchange>();
  /** Hears that the last of them has ended. */
  #onIdle: () => void = () => undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#http1 = createHttp1Server((socket) => this.#peers.get(socket) ?? IN_PROCESS, options.handler);
    const { clientCertificateAuthority: ca, serving, tls = { minVersion: '', cipherSuites: [] } } = options;
    this.#policy = tlsPolicy(tls);
    this.#tls = createServer({
      ...(serving === undefined ? {} : { cert: serving.certificate, key: serving.key }),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...this.#policy,
      noDelay: true,
      keepAlive: true,
      // A certificate that does not verify is refused by authentication, with a Status.
      ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }),
    });
    this.#tls.on('secureConnection', (socket) => this.#serve(socket));
    this.#tls.on('tlsClientError', (error, socket) => {
      options.log.v(2, 'A TLS handshake failed', { remoteAddress: socket.remoteAddress, error: error.message });
      socket.destroy();
    });
  }

  /** @returns the port listened on. @throws Error with the system's code, such as EADDRINUSE */
  listen(port: number, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#tls.once('error', reject);
      this.#tls.listen(port, address, () => {
        this.#tls.off('error', reject);
        this.#tls.on('error', (error) => this.#options.log.error('The server socket failed', { error }));
        resolve((this.#tls.address() as AddressInfo).port);
      });
    });
  }

  accept(connection: Duplex, identity?: InProcessIdentity): void {
    this.#track(connection);
    this.#peers.set(connection, inProcessPeer(identity));
    this.#http1.emit('connection', connection);
  }

  request(request: TransportRequest, { gone, identity }: InProcessCaller): Promise<TransportResponse> {
    const exchange = new InProcessExchange({
      request,
      peer: inProcessPeer(identity),
      gone,
      handler: this.#options.handler,
      onEnd: () => {
        this.#exchanges.delete(exchange);
        if (this.#exchanges.size === 0) this.#onIdle();
      },
    });
    this.#exchanges.add(exchange);
    return exchange.run();
  }

  /** New connections get the new certificate; open ones keep theirs. */
  setServingCertificate({ certificate, key }: ServingCertificate): void {
    this.#tls.setSecureContext({ cert: certificate, key, ca: this.#options.clientCertificateAuthority, ...this.#policy });
  }

  /** Takes no more connections, lets requests under way end within `graceMilliseconds`, then cuts what is left. */
  async close(graceMilliseconds: number): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#tls.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    this.#http1.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
      for (const exchange of this.#exchanges) exchange.cut();
    }, graceMilliseconds);
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    if (this.#exchanges.size === 0) this.#onIdle();
    await Promise.all([
      closed,
      idle,
      ...[...this.#sockets].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))),
    ]);
    clearTimeout(cut);
  }

  #serve(socket: TLSSocket): void {
    const peer: Peer = { remoteAddress: socket.remoteAddress ?? '', clientCertificate: certificateOf(socket) };
    this.#track(socket);
    this.#peers.set(socket, peer);
    if (socket.alpnProtocol !== 'h2') {
      this.#http1.emit('connection', socket);
      return;
    }
    const session = serveHttp2(socket, peer, this.#options.handler);
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}

const inProcessPeer = (identity: InProcessIdentity | undefined): Peer => ({ ...IN_PROCESS, clientCertificate: identity });

function certificateOf(socket: TLSSocket): ApiRequest['clientCertificate'] {
  const { raw, subject } = socket.getPeerCertificate() as Partial<ReturnType<TLSSocket['getPeerCertificate']>>;
  if (raw === undefined || subject === undefined) return undefined;
  if (!socket.authorized) return { problem: String(socket.authorizationError) };
  const names = subject as Readonly<Record<string, string | string[] | undefined>>;
  return { commonName: [names['CN'] ?? []].flat()[0] ?? '', organizations: [names['O'] ?? []].flat() };
}
