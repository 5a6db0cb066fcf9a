import { duplexPair, type Duplex } from 'node:stream';
import { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport';

/** Who speaks, as a client certificate would say it: the common name is the user, the organizations are its groups. */
export interface InProcessIdentity {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** A client within the process. */
export interface InProcessCaller {
  readonly identity: InProcessIdentity | undefined;
  /** Aborts when the client is done with the server; what it has under way ends. */
  readonly gone: AbortSignal;
}

/**
 * An apiserver of this process, as its clients there see it. Identities are taken at their word, since who can call this could do anything
 * in this process anyway; without one, requests carry tokens or are anonymous.
 */
export interface InProcessServer {
  /**
   * Answers one request as it would on a connection, without one. Nobody may change the bytes handed over, in either direction.
   * @throws TransportError if the request's signal aborts or the caller goes before the answer is there; a body that is under way then
   * breaks off with one
   */
  request(request: TransportRequest, caller: InProcessCaller): Promise<TransportResponse>;
  /** Serves HTTP/1.1 on `connection`, for what upgrades it to another protocol, until either side ends it. */
  accept(connection: Duplex, identity?: InProcessIdentity): void;
}

export interface InProcessTransportOptions {
  /** Who all requests come from. */
  readonly identity?: InProcessIdentity | undefined;
  /** Sent as the bearer token of every request that has none. */
  readonly token?: string | undefined;
}

/**
 * A transport straight into an apiserver of this process: the same requests through the same filters, without HTTP, sockets and TLS in
 * between. Closing it ends what is under way.
 */
export function createInProcessTransport(server: InProcessServer, { identity, token }: InProcessTransportOptions = {}): Transport {
  const credentials: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const closed = new AbortController();
  const caller: InProcessCaller = { identity, gone: closed.signal };
  return {
    async request(request: TransportRequest) {
      if (closed.signal.aborted) throw new TransportError(`${request.method} ${request.path}: the transport is closed`);
      return server.request({ ...request, headers: { ...credentials, ...request.headers } }, caller);
    },
    connect() {
      if (closed.signal.aborted) return Promise.reject(new TransportError('the transport is closed'));
      return Promise.resolve(connectTo(server, identity));
    },
    close() {
      closed.abort();
      return Promise.resolve();
    },
  };
}

function connectTo(server: InProcessServer, identity: InProcessIdentity | undefined): Duplex {
  const [client, accepted] = duplexPair();
  // One side of a pair does not hear that the other was destroyed, as a socket would.
  client.once('close', () => accepted.destroy());
  server.accept(asSocket(accepted), identity);
  return asSocket(client);
}

/** Gives a stream the methods that node:http calls on every socket and that mean nothing here. */
function asSocket(stream: Duplex): Duplex {
  const itself = (): Duplex => stream;
  return Object.assign(stream, { setKeepAlive: itself, setNoDelay: itself, setTimeout: itself, ref: itself, unref: itself });
}
