import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { framed, FrameReader } from '../server/tcp-frames';
import { UpstreamError, type Exchange } from './upstream';

/** Every exchange takes a socket of its own, and so a port that nobody can guess (RFC 5452). */
export function socketExchange(port = 53): Exchange {
  return (message, { server, protocol, signal }) =>
    protocol === 'udp' ? overUdp(message, { server, port, signal }) : overTcp(message, { server, port, signal });
}

interface Destination {
  readonly server: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

function overUdp(message: Buffer, { server, port, signal }: Destination): Promise<Buffer> {
  const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4');
  const exchange = new Promise<Buffer>((resolve, reject) => {
    socket.on('error', reject);
    // A connected socket takes messages from the server alone; the forwarder has the last word on whether it is the answer.
    socket.on('message', (response) => {
      if (answers(message, response)) resolve(response);
    });
    signal.addEventListener('abort', () => reject(silent(server)), { once: true });
    socket.on('connect', () => socket.send(message));
    socket.connect(port, server);
  });
  return exchange.finally(() => socket.close());
}

function overTcp(message: Buffer, { server, port, signal }: Destination): Promise<Buffer> {
  const socket = connect({ host: server, port });
  const exchange = new Promise<Buffer>((resolve, reject) => {
    const reader = new FrameReader((response) => {
      if (answers(message, response)) resolve(response);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new UpstreamError(`${server} closed the connection without an answer`)));
    socket.on('data', (chunk) => reader.push(chunk));
    signal.addEventListener('abort', () => reject(silent(server)), { once: true });
    socket.write(framed(message));
  });
  return exchange.finally(() => socket.destroy());
}

/** Whether `response` has the number of `message`; anybody may send anything to a port. */
const answers = (message: Buffer, response: Buffer): boolean =>
  response.length >= 12 && response.readUInt16BE(0) === message.readUInt16BE(0);

const silent = (server: string): UpstreamError => new UpstreamError(`${server} did not answer in time`);
