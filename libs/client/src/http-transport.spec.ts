import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@keelson/apimachinery';
import { createHttpTransport, type HttpTransportOptions } from './http-transport';
import { certificate, key } from './http-transport.fixture';
import { readText } from './read-text';
import { TransportError } from './transport';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => Promise<unknown> | undefined)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const trusted = { certificateAuthority: { data: certificate } };

/** Carries bytes to `target` until it is cut, and then loses them without a word to either side. */
async function lossyNetwork(target: number) {
  const ends: Socket[] = [];
  const network = createTcpServer((client) => {
    const server = connect(target, '127.0.0.1');
    ends.push(client, server);
    client.pipe(server).pipe(client);
    for (const end of [client, server]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const end of ends) end.destroy();
    await new Promise((resolve) => network.close(resolve));
  });
  const cut = () => {
    for (const end of ends) end.unpipe().pause();
  };
  return { port: (network.address() as AddressInfo).port, cut };
}

/** Listens, and gives a transport to it; both are closed after the test. */
async function connected(server: Server, options: Partial<HttpTransportOptions> = {}) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createHttpTransport({ server: `https://127.0.0.1:${port}`, tls: trusted, ...options });
  closers.push(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const get = async (path: string) => readText((await transport.request({ method: 'GET', path })).body);
  return { transport, get, port };
}

async function http2Server(handler: Handler, options: Partial<HttpTransportOptions> = {}, settings = {}) {
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ key, cert: certificate, settings }, handler as never);
  server.on('session', (session) => sessions.push(session));
  return { sessions, ...(await connected(server as unknown as Server, options)) };
}

describe('the HTTP transport', () => {
  it('carries many requests at once over one HTTP/2 connection', async () => {
    const { sessions, get } = await http2Server((request, response) => response.end(`${request.httpVersion} ${request.url}`));
    const answers = await Promise.all(['/a', '/b', '/c'].map(get));
    expect(answers).toEqual(['2.0 /a', '2.0 /b', '2.0 /c']);
    expect(sessions).toHaveLength(1);
  });

  it('opens another connection when the server takes no more streams on the first', async () => {
    const held: ServerResponse[] = [];
    const all = Promise.withResolvers<undefined>();
    const { get, sessions } = await http2Server(
      (_request, response) => {
        if (held.push(response) === 2) all.resolve(undefined);
      },
      {},
      { maxConcurrentStreams: 1 },
    );
    const first = get('/first');
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = get('/second');
    await all.promise;
    expect(sessions).toHaveLength(2);
    for (const response of held) response.end('done');
    expect(await Promise.all([first, second])).toEqual(['done', 'done']);
  });

  it('finishes what is under way after GOAWAY, and sends what follows over a new connection', async () => {
    const { transport, get, sessions } = await http2Server((request, response) => {
      if (request.url === '/slow') response.write('begun ');
      else response.end('new');
      if (request.url === '/slow') setImmediate(() => response.end('and ended'));
    });
    const slow = await transport.request({ method: 'GET', path: '/slow' });
    sessions[0]!.goaway();
    expect(await readText(slow.body)).toBe('begun and ended');
    expect(await get('/next')).toBe('new');
    expect(sessions).toHaveLength(2);
  });

  it('fails the requests of a connection whose peer answers no ping', async () => {
    const clock = new FakeClock();
    const arrived = Promise.withResolvers<undefined>();
    const { port } = await http2Server(() => arrived.resolve(undefined));
    const network = await lossyNetwork(port);
    const transport = createHttpTransport({ server: `https://127.0.0.1:${network.port}`, tls: trusted, clock });
    closers.push(() => transport.close());
    const failed = transport.request({ method: 'GET', path: '/' }).catch((error: unknown) => error);
    await arrived.promise;
    network.cut();
    await clock.advance(75_000);
    expect(await failed).toBeInstanceOf(TransportError);
  });

  it('falls back to HTTP/1.1 where the server speaks nothing else', async () => {
    const { get } = await connected(createServer({ key, cert: certificate }, (request, response) => response.end(request.httpVersion)));
    expect([await get('/'), await get('/')]).toEqual(['1.1', '1.1']);
  });

  it('refuses a server that it has no reason to trust', async () => {
    const { get } = await http2Server((_request, response) => response.end(), { tls: {} });
    await expect(get('/')).rejects.toBeInstanceOf(TransportError);
  });

  it('reads its token again at once when the server refuses the one it has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'token-'));
    closers.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'token');
    await writeFile(file, 'old\n');
    let valid = 'Bearer old';
    const handler: Handler = (request, response) => {
      response.statusCode = request.headers.authorization === valid ? 200 : 401;
      response.end(request.headers.authorization);
    };
    const { get } = await http2Server(handler, { token: { file }, clock: new FakeClock() });
    expect(await get('/')).toBe('Bearer old');
    await writeFile(file, 'new\n');
    valid = 'Bearer new';
    expect(await get('/')).toBe('Bearer new');
  });
});
