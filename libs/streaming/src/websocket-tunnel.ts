import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { headerText, type HttpHeaders } from './http-headers';

/** SPDY frames as the bytes of binary WebSocket messages, for port-forward (KEP-4006). */
export const PORT_FORWARD_TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const PROTOCOL_HEADER = 'sec-websocket-protocol';

/** A request to upgrade to a WebSocket, and the connection it came on. */
export interface TunnelUpgrade {
  readonly headers: HttpHeaders;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export function isTunnelUpgrade(headers: HttpHeaders): boolean {
  if (headerText(headers, 'upgrade').toLowerCase() !== 'websocket') return false;
  return headerText(headers, PROTOCOL_HEADER)
    .split(',')
    .some((protocol) => protocol.trim() === PORT_FORWARD_TUNNEL);
}

/** Answers the upgrade. @returns what goes through the tunnel, as if there were none; it ends with the WebSocket */
export function acceptTunnel({ head, headers, socket }: TunnelUpgrade): Promise<Duplex> {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  // The slash makes this no token of RFC 6455, for which ws refuses it; clients of Kubernetes want it all the same.
  server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${PORT_FORWARD_TUNNEL}`));
  const request = { method: 'GET', headers: { ...headers, [PROTOCOL_HEADER]: undefined } } as unknown as IncomingMessage;
  return new Promise((resolve, reject) => {
    server.on('wsClientError', reject);
    socket.once('close', () => reject(new Error('the client is gone')));
    server.handleUpgrade(request, socket, head, (webSocket) => resolve(createWebSocketStream(webSocket)));
  });
}
