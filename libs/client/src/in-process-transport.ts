import { duplexPair, type Duplex } from 'node:stream';
import { DialingAgent, requestOverHttp1 } from './http1-requester';
import { TransportError, type Transport, type TransportRequest } from './transport';

/** Who speaks, as a client certificate would say it: the common name is the user, the organizations are its groups. */
export interface InProcessIdentity {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** The side of an apiserver that takes connections; how they came about is none of its business. */
export interface ConnectionAcceptor {
  /**
   * Serves HTTP/1.1 on `connection` until either side ends it.
   * @param identity taken at its word, since who can call this could do anything in this process anyway; without it, requests carry tokens or are anonymous
   */
  accept(connection: Duplex, identity?: InProcessIdentity): void;
}

export interface InProcessTransportOptions {
  /** Who all requests come from. */
  readonly identity?: InProcessIdentity | undefined;
  /** Sent as the bearer token of every request that has none. */
  readonly token?: string | undefined;
}

/**
 * A transport straight into an apiserver of this process: the same requests through the same filters, over a pair of streams instead of a
 * socket, without TLS.
 */
export function createInProcessTransport(server: ConnectionAcceptor, { identity, token }: InProcessTransportOptions = {}): Transport {
  const dial = (): Promise<Duplex> => Promise.resolve(connectTo(server, identity));
  const agent = new DialingAgent(dial);
  const credentials: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let closed = false;
  return {
    async request(request: TransportRequest) {
      if (closed) throw new TransportError(`${request.method} ${request.path}: the transport is closed`);
      return requestOverHttp1(agent, 'apiserver.in-process', { ...request, headers: { ...credentials, ...request.headers } });
    },
    async connect() {
      if (closed) throw new TransportError('the transport is closed');
      return dial();
    },
    close() {
      closed = true;
      agent.destroy();
      return Promise.resolve();
    },
  };
}

function connectTo(server: ConnectionAcceptor, identity: InProcessIdentity | undefined): Duplex {
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
