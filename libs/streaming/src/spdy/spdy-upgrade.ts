import { headerText, type HttpHeaders } from '../http-headers';

/** Names the streaming protocol that is spoken over SPDY, in the request and in the answer. */
export const STREAM_PROTOCOL_VERSION = 'x-stream-protocol-version';
const ACCEPTED_VERSIONS = 'X-Accepted-Stream-Protocol-Versions';

/** Whether a request asks to go on in SPDY/3.1. */
export function isSpdyUpgrade(headers: HttpHeaders): boolean {
  const says = (name: string, word: string): boolean => headerText(headers, name).toLowerCase().includes(word);
  return says('connection', 'upgrade') && says('upgrade', 'spdy/3.1');
}

/** The client's first choice among `accepted`, its likes before ours; or the answer that refuses it. */
export type Negotiation = { readonly protocol: string | undefined } | { readonly refusal: string };

/** A client that names no protocol is not refused: it is older than the negotiation (k8s.io/apimachinery/pkg/util/httpstream Handshake). */
export function negotiateProtocol(headers: HttpHeaders, accepted: readonly string[]): Negotiation {
  if (headers[STREAM_PROTOCOL_VERSION] === undefined) return { protocol: undefined };
  const offered = headerText(headers, STREAM_PROTOCOL_VERSION)
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
  const protocol = offered.find((each) => accepted.includes(each));
  if (protocol !== undefined) return { protocol };
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${accepted.join(' ')}]\n`;
  const versions = accepted.map((version) => `${ACCEPTED_VERSIONS}: ${version}\r\n`).join('');
  const head = `HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n${versions}`;
  return { refusal: `${head}Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}` };
}

/** The answer after which both sides speak SPDY. */
export function switchingToSpdy(protocol: string | undefined): string {
  const version = protocol === undefined ? '' : `X-Stream-Protocol-Version: ${protocol}\r\n`;
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${version}\r\n`;
}
