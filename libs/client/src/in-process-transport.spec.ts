import { createServer, type RequestListener } from 'node:http';
import { createInProcessTransport } from './in-process-transport';
import { readText } from './read-text';
import { TransportError } from './transport';

function serverOf(listener: RequestListener) {
  const server = createServer(listener);
  let connections = 0;
  return {
    accept(connection: object) {
      connections += 1;
      server.emit('connection', connection);
    },
    get connections() {
      return connections;
    },
  };
}

describe('the in-process transport', () => {
  it('carries requests, bodies and the bearer token to the server without a socket', async () => {
    const server = serverOf((request, response) => {
      void readText(request).then((body) => response.end(`${request.method} ${request.url} ${request.headers.authorization} ${body}`));
    });
    const transport = createInProcessTransport(server, { token: 'secret' });
    const response = await transport.request({ method: 'POST', path: '/api?x=1', body: Buffer.from('hello') });
    expect(response.status).toBe(200);
    expect(await readText(response.body)).toBe('POST /api?x=1 Bearer secret hello');
    await transport.close();
  });

  it('takes a connection again once its response is read', async () => {
    const server = serverOf((_request, response) => response.end('ok'));
    const transport = createInProcessTransport(server);
    for (let count = 0; count < 5; count += 1) await readText((await transport.request({ method: 'GET', path: '/' })).body);
    expect(server.connections).toBe(1);
    await transport.close();
  });

  it('streams a response, and tells the server when the reader aborts', async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<undefined>();
    const server = serverOf((_request, response) => {
      response.write('first');
      response.on('close', () => closed.resolve(undefined));
    });
    const transport = createInProcessTransport(server);
    const { body } = await transport.request({ method: 'GET', path: '/watch', signal: abort.signal });
    const read = (async () => {
      for await (const chunk of body) {
        expect(Buffer.from(chunk).toString()).toBe('first');
        abort.abort();
      }
    })();
    await expect(read).rejects.toBeInstanceOf(TransportError);
    await closed.promise;
    await transport.close();
  });

  it('carries another protocol over a connection of its own', async () => {
    const transport = createInProcessTransport({ accept: (connection) => connection.pipe(connection) });
    const connection = await transport.connect();
    connection.end('echo');
    expect(await readText(connection)).toBe('echo');
  });

  it('refuses requests once it is closed', async () => {
    const transport = createInProcessTransport(serverOf(() => undefined));
    await transport.close();
    await expect(transport.request({ method: 'GET', path: '/' })).rejects.toThrow('GET /: the transport is closed');
  });
});
