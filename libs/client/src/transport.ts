import type { Duplex } from 'node:stream';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, as in `/api/v1/pods?limit=500`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it arrives; must be read to its end or cancelled by the request's signal, or the connection stays taken. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The way to one apiserver: over TLS, or straight into an apiserver in this process. Both carry the same requests and the same bytes.
 */
export interface Transport {
  /**
   * Sends one request. Any HTTP status resolves; what is wrong with it is for the caller.
   * @throws TransportError if no response came: refused, reset, timed out, TLS, aborted
   */
  request(request: TransportRequest): Promise<TransportResponse>;

  /** Switches a connection to another protocol (WebSocket upgrades of exec, attach, port-forward). @throws TransportError */
  connect(): Promise<Duplex>;

  /** Ends idle connections and refuses further requests. Idempotent. */
  close(): Promise<void>;
}

/** No response: the cause says why. Whether the server acted on the request is not known. */
export class TransportError extends Error {
  readonly code = 'transport-error';
}

/**
 * Whether the connection broke while a request was on it, as happens when the server closes an idle connection that a request is just
 * taking; a new connection may well do better. False for a server that is not there.
 */
export function isConnectionReset(error: unknown): boolean {
  if (!(error instanceof TransportError)) return false;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR';
}
