import { createInProcessTransport, type InProcessCaller, type InProcessServer } from './in-process-transport';
import { readText } from './read-text';
import type { TransportRequest } from './transport';

/** Answers every request with `answer`, and tells who asked for what. */
function fakeServer(answer = 'ok') {
  const asked: { readonly request: TransportRequest; readonly caller: InProcessCaller }[] = [];
  const server: InProcessServer = {
    request(request, caller) {
      asked.push({ request, caller });
      const body = (async function* () {
        yield await Promise.resolve(Buffer.from(answer));
      })();
      return Promise.resolve({ status: 200, headers: {}, body });
    },
    accept: (connection) => void connection.pipe(connection),
  };
  return { server, asked };
}

describe('the in-process transport', () => {
  it('hands requests to the server with the identity and the bearer token', async () => {
    const { asked, server } = fakeServer('hello');
    const identity = { commonName: 'jane', organizations: ['developers'] };
    const transport = createInProcessTransport(server, { identity, token: 'secret' });
    const response = await transport.request({ method: 'POST', path: '/api?x=1', headers: { accept: 'a/b' }, body: Buffer.from('body') });
    expect(await readText(response.body)).toBe('hello');
    expect(asked[0]?.caller.identity).toBe(identity);
    expect(asked[0]?.request).toMatchObject({
      method: 'POST',
      path: '/api?x=1',
      headers: { accept: 'a/b', authorization: 'Bearer secret' },
    });
  });

  it('lets a request name a token of its own', async () => {
    const { asked, server } = fakeServer();
    const transport = createInProcessTransport(server, { token: 'secret' });
    await transport.request({ method: 'GET', path: '/', headers: { authorization: 'Bearer other' } });
    expect(asked[0]?.request.headers).toEqual({ authorization: 'Bearer other' });
  });

  it('carries another protocol over a connection of its own', async () => {
    const transport = createInProcessTransport(fakeServer().server);
    const connection = await transport.connect();
    connection.end('echo');
    expect(await readText(connection)).toBe('echo');
  });

  it('tells the server when it is closed, and refuses requests from then on', async () => {
    const { asked, server } = fakeServer();
    const transport = createInProcessTransport(server);
    await transport.request({ method: 'GET', path: '/' });
    expect(asked[0]?.caller.gone.aborted).toBe(false);
    await transport.close();
    expect(asked[0]?.caller.gone.aborted).toBe(true);
    await expect(transport.request({ method: 'GET', path: '/' })).rejects.toThrow('GET /: the transport is closed');
    await expect(transport.connect()).rejects.toThrow('the transport is closed');
  });
});
