import { StatusError } from '@keelson/apimachinery';
import { Readable } from 'node:stream';
import { requestInfoOf } from '../request/request-info';
import { ANONYMOUS } from '../authentication/authenticator';
import type { ApiRequest } from './api-request';

/** Who holds the other end of a connection; the same for all its requests. */
export interface Peer {
  readonly remoteAddress: string;
  readonly clientCertificate: ApiRequest['clientCertificate'];
}

interface Incoming {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: ApiRequest['headers'];
  /** As it comes, or the whole of it. */
  readonly body: Readable | Uint8Array;
  readonly peer: Peer;
  readonly signal: AbortSignal;
}

/** A request as the filters take it, from what either protocol brings. */
export function toApiRequest({ body, headers, method, peer, signal, url }: Incoming): ApiRequest {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const rawQuery = question < 0 ? '' : url.slice(question + 1);
  const query = new URLSearchParams(rawQuery);
  return {
    method,
    path,
    query,
    rawQuery,
    headers,
    remoteAddress: peer.remoteAddress,
    clientCertificate: peer.clientCertificate,
    readBody: (limit) => (body instanceof Uint8Array ? whole(body, limit) : readAll(body, limit)),
    bodyStream: () => (body instanceof Uint8Array ? Readable.from([body]) : body),
    signal,
    warnings: new Set(),
    info: requestInfoOf(method, path, query),
    user: ANONYMOUS,
  };
}

async function whole({ buffer, byteOffset, length }: Uint8Array, limit: number): Promise<Buffer> {
  if (length > limit) throw tooLarge(limit);
  return Promise.resolve(Buffer.from(buffer, byteOffset, length));
}

async function readAll(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client gets to read the answer.
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge(limit);
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

const tooLarge = (limit: number): StatusError => StatusError.of('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
