import { rootCertificates } from 'node:tls';
import type { Client, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import type { ConnectionPool } from 'etcd3/lib/connection-pool.js';
import { errorCode } from '../error-code';
import { StoreRefused, StoreUnavailable } from '../store-errors';
import {
  CANCELLED,
  CHANNEL_READY,
  DEADLINE_EXCEEDED,
  INTERNAL,
  NOT_FOUND,
  OUT_OF_RANGE,
  UNAUTHENTICATED,
  UNAVAILABLE,
  UNKNOWN,
} from './grpc-codes';
import { WATCH, type Method, type WatchRequest, type WatchResponse } from './messages';

export interface EtcdConnection {
  /** URLs, such as `https://10.0.0.1:2379`; the first that answers is used until it fails. */
  readonly endpoints: readonly string[];
  /** PEM. Without `ca`, the authorities that Node trusts. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly auth?: { readonly username: string; readonly password: string };
}

/** etcd3's client for one endpoint: it brings up the channel, TLS and the token. */
export type NewPool = (options: ConstructorParameters<typeof ConnectionPool>[0]) => Pick<ConnectionPool, 'withConnection' | 'close'>;
type Pool = ReturnType<NewPool>;

interface Connected {
  readonly pool: Pool;
  readonly client: Client;
  readonly metadata: Metadata;
}

/** Upstream's figures, so that a peer that has vanished is noticed. */
const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

const CONNECT_MILLISECONDS = 2_000;
const CALL_MILLISECONDS = 30_000;

/** The members of one etcd cluster, of which one is in use at a time. */
export class Endpoints {
  readonly #connection: EtcdConnection;
  readonly #newPool: NewPool;
  /** One for each endpoint. Calls go past it, so it never sees one fail, which would make it refuse others for seconds. */
  readonly #pools: Pool[];
  #current = 0;

  constructor(connection: EtcdConnection, newPool: NewPool) {
    if (connection.endpoints.length === 0) throw new RangeError('etcd needs at least one endpoint');
    this.#connection = connection;
    this.#newPool = newPool;
    this.#pools = connection.endpoints.map((endpoint) => newPool(poolOptions(endpoint, connection)));
  }

  /**
   * Calls a method that changes nothing: on the next endpoint if one fails.
   * @throws StoreUnavailable if none answers
   */
  async read<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#callOnce(method, request);
      } catch (error) {
        if (!isUnreachable(error) || attempt > this.#pools.length) throw translate(error);
      }
    }
  }

  /**
   * Calls a method that changes something: once.
   * @throws StoreUnavailable if it is not known whether it took place, or if no endpoint can be reached
   */
  async write<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    try {
      return await this.#callOnce(method, request);
    } catch (error) {
      throw translate(error);
    }
  }

  /** Opens a stream for one watch, which ends with an error if the member loses its leader. */
  async openWatch(): Promise<ClientDuplexStream<WatchRequest, WatchResponse>> {
    const { client, metadata } = await this.#connect();
    const withLeader = metadata.clone();
    withLeader.set('hasleader', 'true');
    return client.makeBidiStreamRequest(WATCH.path, WATCH.serialize, WATCH.deserialize, withLeader, {});
  }

  /** Reports that a stream has failed: the next one goes to another endpoint, or has a new token. */
  failed(error: unknown): void {
    if (errorCode(error) === UNAUTHENTICATED) this.renewToken();
    else this.#advance();
  }

  /** Asks for a new token before the next call, if etcd wants tokens at all. */
  renewToken(): void {
    this.#renew(this.#pool);
  }

  close(): void {
    for (const pool of this.#pools) pool.close();
  }

  async #callOnce<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    const connected = await this.#connect();
    try {
      return await unary(connected, method, request);
    } catch (error) {
      if (isUnreachable(error)) this.#advance();
      if (errorCode(error) !== UNAUTHENTICATED || this.#connection.auth === undefined) throw error;
      this.#renew(connected.pool);
      return await unary(await this.#connect(), method, request);
    }
  }

  /** The first endpoint, from the current one on, whose channel is up. Nothing has been sent when this throws. */
  async #connect(): Promise<Connected> {
    let failure: unknown;
    for (let attempt = 0; attempt < this.#pools.length; attempt++) {
      try {
        const pool = this.#pool;
        const connected = await pool.withConnection('KV', ({ client, metadata }) => ({ pool, client, metadata }));
        await ready(connected.client);
        return connected;
      } catch (error) {
        failure = error;
        this.#advance();
      }
    }
    throw unavailable(failure);
  }

  #advance(): void {
    this.#current = (this.#current + 1) % this.#pools.length;
  }

  get #pool(): Pool {
    const pool = this.#pools[this.#current];
    if (pool === undefined) throw new RangeError(`there is no endpoint ${this.#current}`);
    return pool;
  }

  /** A pool keeps its token for good; a new one asks for a new token. Done once, however many calls find the token refused. */
  #renew(pool: Pool): void {
    const index = this.#pools.indexOf(pool);
    const endpoint = this.#connection.endpoints[index];
    if (endpoint === undefined || this.#connection.auth === undefined) return;
    this.#pools[index] = this.#newPool(poolOptions(endpoint, this.#connection));
    pool.close();
  }
}

function poolOptions(endpoint: string, { tls, auth }: EtcdConnection): Parameters<NewPool>[0] {
  return {
    hosts: endpoint,
    grpcOptions: CHANNEL_OPTIONS,
    ...(auth !== undefined && { auth }),
    ...(tls !== undefined && {
      credentials: {
        rootCertificate: tls.ca ?? Buffer.from(rootCertificates.join('\n')),
        ...(tls.key !== undefined && { privateKey: tls.key }),
        ...(tls.cert !== undefined && { certChain: tls.cert }),
      },
    }),
  };
}

function ready(client: Client): Promise<void> {
  const state: number = client.getChannel().getConnectivityState(true);
  if (state === CHANNEL_READY) return Promise.resolve();
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + CONNECT_MILLISECONDS, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

function unary<Request, Response>({ client, metadata }: Connected, method: Method<Request, Response>, request: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + CALL_MILLISECONDS };
    client.makeUnaryRequest(method.path, method.serialize, method.deserialize, request, metadata, options, (error, response) => {
      if (error !== null) reject(error);
      else if (response === undefined) reject(new StoreUnavailable('etcd answered without a message'));
      else resolve(response);
    });
  });
}

const UNREACHABLE: readonly unknown[] = [UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN];

const isUnreachable = (error: unknown): boolean => UNREACHABLE.includes(errorCode(error));

/** What etcd says of the revision or the lease that was asked for; the caller knows what it means. */
const ABOUT_THE_REQUEST: readonly unknown[] = [OUT_OF_RANGE, NOT_FOUND];

function translate(error: unknown): unknown {
  if (ABOUT_THE_REQUEST.includes(errorCode(error))) return error;
  return isUnreachable(error) || !isFromEtcd(error) ? unavailable(error) : new StoreRefused(error.details, { cause: error });
}

/** Whether the status is one that etcd itself has set: the library's own, of a broken stream, do not begin like this. */
function isFromEtcd(error: unknown): error is { readonly details: string } {
  return error instanceof Error && 'details' in error && typeof error.details === 'string' && error.details.startsWith('etcdserver: ');
}

function unavailable(cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  const reason = typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause);
  return new StoreUnavailable(`etcd did not answer: ${reason}`, { cause });
}
