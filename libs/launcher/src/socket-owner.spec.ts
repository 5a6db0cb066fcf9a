import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { portOwner } from './socket-owner';

describe('portOwner', () => {
  it.each(['127.0.0.1', '::'])('names the process that listens on %s', async (address) => {
    const server = createServer();
    server.listen(0, address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(portOwner(port)?.pid).toBe(process.pid);
    await new Promise((resolve) => server.close(resolve));
    expect(portOwner(port)).toBeUndefined();
  });
});
