import { connect, createServer, type AddressInfo } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerRuntime } from '@keelson/container-runtime';
import { AsyncQueue } from './async-queue';
import { servePorts } from './container-streams';
import type { ForwardedPort } from './remote-streams';

/** A client that forwards one connection, and the server inside the pod. */
function forwarding(dial: (port: number) => Promise<Duplex>) {
  const [client, data] = duplexPair();
  const ends: (string | undefined)[] = [];
  const gone = new AbortController();
  const ports = new AsyncQueue<ForwardedPort>();
  ports.push({ port: 8080, data, end: (failure) => ends.push(failure) });
  ports.end();
  const runtime = { portForward: (_: string, port: number) => dial(port) } as unknown as ContainerRuntime;
  let isClosed = false;
  const served = servePorts(runtime, 'sandbox', { ports, signal: gone.signal, close: () => (isClosed = true) });
  return { client, data, ends, gone, served, isClosed: () => isClosed };
}

describe('servePorts', () => {
  it('ends each half by itself', async () => {
    const [server, inside] = duplexPair();
    const { client, ends, isClosed, served } = forwarding(async () => inside);
    client.end('question');
    expect(await text(server)).toBe('question');
    server.end('answer');
    expect(await text(client)).toBe('answer');
    await served;
    expect(ends).toEqual([undefined]);
    expect(isClosed()).toBe(true);
  });

  it('gives a slow client all that a server sent before it closed', async () => {
    const content = Buffer.alloc(3_000_000, 'x');
    const listener = createServer((socket) => socket.end(content));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { client, ends, served } = forwarding(async () => connect((listener.address() as AddressInfo).port, '127.0.0.1'));
    let size = 0;
    for await (const chunk of client as AsyncIterable<Buffer>) {
      size += chunk.length;
      await turn();
    }
    await served;
    expect(size).toBe(content.length);
    expect(ends).toEqual([undefined]);
    await new Promise((resolve) => listener.close(resolve));
  });

  it('tells why a connection can not be made', async () => {
    const { ends, served } = forwarding(async (port) => {
      throw new Error(`failed to connect to localhost:${port} inside the pod`);
    });
    await served;
    expect(ends).toEqual(['error forwarding port 8080 to pod sandbox, uid : failed to connect to localhost:8080 inside the pod']);
  });

  it('tells when the server breaks off', async () => {
    const [, inside] = duplexPair();
    const { ends, served } = forwarding(async () => inside);
    await turn();
    inside.destroy(new Error('read ECONNRESET'));
    await served;
    expect(ends).toEqual(['error forwarding port 8080 to pod sandbox, uid : read ECONNRESET']);
  });

  it('lets the server go, and calls it no failure, when the client closes the connection', async () => {
    const [, inside] = duplexPair();
    const { data, ends, served } = forwarding(async () => inside);
    await turn();
    data.destroy();
    await served;
    expect(ends).toEqual([undefined]);
    expect(inside.destroyed).toBe(true);
  });

  it('lets the server go when the client left before it was reached', async () => {
    const [, inside] = duplexPair();
    const dialled = Promise.withResolvers<Duplex>();
    const { data, served } = forwarding(() => dialled.promise);
    data.destroy();
    await turn();
    dialled.resolve(inside);
    await served;
    expect(inside.destroyed).toBe(true);
  });

  it('lets every server go when the client is gone', async () => {
    const [, inside] = duplexPair();
    const { gone, served } = forwarding(async () => inside);
    await turn();
    gone.abort();
    await served;
    expect(inside.destroyed).toBe(true);
  });
});
