import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { clientFamily } from './client-family';
import type { DnsListening, ServeDnsOptions } from './dns-server';

/** One UDP socket: a message in, a message out. */
export async function serveUdp({ address, port, handle, log }: ServeDnsOptions): Promise<DnsListening> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(new Error(`failed to listen on ${address}:${port} (udp): ${error.message}`, { cause: error })));
    socket.bind({ address, port }, resolve);
  });
  // A message that can't be sent is lost, as any message may be; the client asks again.
  socket.on('error', (error) => log.v(2, 'The UDP socket has failed', { error }));
  let isClosed = false;
  socket.on('message', (message, client) => {
    void handle(message, { protocol: 'udp', family: clientFamily(client.address) }).then((response) => {
      if (response !== undefined && !isClosed) socket.send(response, client.port, client.address);
    });
  });
  return {
    port: socket.address().port,
    close: () =>
      new Promise((resolve) => {
        isClosed = true;
        socket.close(() => resolve());
      }),
  };
}
