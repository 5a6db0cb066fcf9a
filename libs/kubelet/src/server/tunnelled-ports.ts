import type { IncomingMessage } from 'node:http';
import type { Clock } from '@keelson/apimachinery';
import { acceptTunnel, isTunnelUpgrade } from '@keelson/streaming';
import { HttpError } from './http-error';
import type { ForwardedPorts, RemoteStreams, StreamProtocol, UpgradeRequest } from './remote-streams';
import { acceptSpdyPorts } from './spdy-ports';

/** Port-forward as kubectl does it from 1.31 on: SPDY, in the messages of a WebSocket (KEP-4006). */
export class TunnelledPorts implements StreamProtocol {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  speaks({ headers }: IncomingMessage): boolean {
    return isTunnelUpgrade(headers);
  }

  acceptStreams(): Promise<RemoteStreams> {
    return Promise.reject(new HttpError(400, 'unable to upgrade: only ports are forwarded through a tunnel'));
  }

  async acceptPorts({ head, request, socket }: UpgradeRequest): Promise<ForwardedPorts> {
    return acceptSpdyPorts(await acceptTunnel({ headers: request.headers, socket, head }), this.#clock);
  }
}
