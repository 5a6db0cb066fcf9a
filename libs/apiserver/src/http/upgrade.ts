import type { Duplex } from 'node:stream';
import type { ApiRequest, UpgradeRequest } from './api-request';

/** A connection of ours that has changed protocols. `head` is what came after the response. */
export interface UpgradedConnection {
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Whether the client asked to change protocols, so that its connection can be handed over. */
export function isUpgrade(request: ApiRequest): request is UpgradeRequest {
  return 'socket' in request;
}

/** Gives the client the other side's answer and from then on what it sends, and the other way round. When one is gone, so is the other. */
export function joinUpgraded({ head, socket: client }: UpgradeRequest, other: UpgradedConnection): void {
  const lines = other.headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${other.headers[index + 1] ?? ''}\r\n`] : []));
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
  if (other.head.length > 0) client.write(other.head);
  if (head.length > 0) other.socket.write(head);
  joinDuplexes(client, other.socket);
}

/** Each gets what the other one sends; when one is gone, so is the other. */
export function joinDuplexes(one: Duplex, other: Duplex): void {
  const pairs = [
    [one, other],
    [other, one],
  ] as const;
  for (const [from, to] of pairs) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
