import type { Duplex } from 'node:stream';
import type { RequestInfo } from '../request/request-info';

/** Who asks; `authentication.k8s.io` UserInfo. */
export interface User {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** One request on its way through the filters. What a filter learns it passes on in a copy: `next({ ...request, user })`. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** As it came: without the question mark, still encoded. For proxies. */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The client's address, without port. */
  readonly remoteAddress: string;
  /** The names in the client's certificate, or why it is not valid; undefined if none was shown. */
  readonly clientCertificate:
    { readonly commonName: string; readonly organizations: readonly string[] } | { readonly problem: string } | undefined;
  /** The whole body. @throws StatusError RequestEntityTooLarge above `limit` bytes */
  readonly readBody: (limit: number) => Promise<Buffer>;
  /** The body as it comes, for proxies; never after `readBody`. */
  readonly bodyStream: () => NodeJS.ReadableStream;
  /** Aborts when the client is gone or the request's deadline has passed. */
  readonly signal: AbortSignal;
  /** Sentences for `Warning` headers; whoever finds something adds to it. */
  readonly warnings: Set<string>;
  readonly info: RequestInfo;
  readonly user: User;
}

/** Takes bytes for a client that reads as fast as it likes. */
export interface ByteSink {
  /** Sends `chunk` whole. @returns false when the client is behind; wait for {@link ByteSink.drained} then, or cut it off */
  write(chunk: Uint8Array): boolean;
  /** Resolves when the client has caught up, or is gone. */
  drained(): Promise<void>;
  /** Bytes handed over and not yet taken by the client's connection. */
  readonly pendingBytes: number;
}

interface ResponseHead {
  readonly status: number;
  /** Several values make several headers of the name. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** What a handler answers. The bytes of `body` are sent as they are: nobody copies them, nobody may change them. */
export type ApiResponse =
  | (ResponseHead & { readonly body: Uint8Array | readonly Uint8Array[] })
  /** A body that is written as it comes into being; the response ends when `stream` resolves, and breaks off when it rejects. */
  | (ResponseHead & { readonly stream: (sink: ByteSink) => Promise<void> })
  /** The connection itself is handed over, for protocols that a request upgrades to. */
  | { readonly upgraded: true };

/** A request that asked to change protocols, and the raw connection it came on. */
export interface UpgradeRequest extends ApiRequest {
  readonly socket: Duplex;
  readonly head: Buffer;
}

export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

/** A header's value; the first one of several. @param name in lower case */
export function headerOf({ headers }: Pick<ApiRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
