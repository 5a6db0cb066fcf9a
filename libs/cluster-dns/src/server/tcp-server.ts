import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Clock } from '@keelson/apimachinery';
import { clientFamily } from './client-family';
import type { DnsListening, Handle, ServeDnsOptions } from './dns-server';
import { framed, FrameReader } from './tcp-frames';

/** A connection on which nothing comes is closed after so long, milliseconds; CoreDNS's. */
const IDLE_TIMEOUT = 10_000;

/** More connections are refused: each holds memory, and UDP needs none. */
const MAX_CONNECTIONS = 1000;

/** A connection with so many questions unanswered is not read from until they are fewer. */
const MAX_PIPELINED = 64;

export async function serveTcp({ address, port, handle, clock }: ServeDnsOptions): Promise<DnsListening> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    converse(socket, handle, clock);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`failed to listen on ${address}:${port} (tcp): ${error.message}`, { cause: error })));
    server.listen({ host: address, port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** Answers what comes on one connection, in whatever order the answers are found (RFC 7766). */
function converse(socket: Socket, handle: Handle, clock: Clock): void {
  const family = clientFamily(socket.remoteAddress);
  let unanswered = 0;
  let cancelIdle = clock.setTimeout(() => socket.destroy(), IDLE_TIMEOUT);
  const reader = new FrameReader((message) => {
    unanswered += 1;
    if (unanswered >= MAX_PIPELINED) socket.pause();
    void handle(message, { protocol: 'tcp', family }).then((response) => {
      unanswered -= 1;
      if (unanswered < MAX_PIPELINED) socket.resume();
      // What is not worth an answer is not worth a connection.
      if (response === undefined) socket.destroy();
      else socket.write(framed(response));
    });
  });
  socket.on('data', (chunk) => {
    cancelIdle();
    cancelIdle = clock.setTimeout(() => socket.destroy(), IDLE_TIMEOUT);
    reader.push(chunk);
  });
  socket.on('close', () => cancelIdle());
  socket.on('error', () => socket.destroy());
}
