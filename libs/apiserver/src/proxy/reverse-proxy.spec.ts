import { createServer, request, type IncomingMessage, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { StatusError } from '@keelson/apimachinery';
import { createHttp1Server } from '../http/http1-server';
import type { ApiRequest, ApiResponse } from '../http/api-request';
import { proxyTo } from './reverse-proxy';

const PREFIX = '/api/v1/namespaces/default/pods/web/proxy';

type Backend = (message: IncomingMessage, response: ServerResponse) => void;

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A server of ours that passes everything on to one port. @returns its port */
async function proxyFor(backendPort: number): Promise<number> {
  const handler = async (incoming: ApiRequest): Promise<ApiResponse> => {
    const location = { scheme: 'http', host: '127.0.0.1', port: String(backendPort) } as const;
    try {
      return await proxyTo({ request: incoming, location, prefix: PREFIX, path: incoming.path.slice(PREFIX.length) });
    } catch (error) {
      const { status } = error as StatusError;
      return { status: status.code ?? 500, body: Buffer.from(JSON.stringify(status)) };
    }
  };
  return listening(createHttp1Server(() => ({ remoteAddress: '192.0.2.9', clientCertificate: undefined }), handler));
}

async function proxied(backend: Backend): Promise<number> {
  return proxyFor(await listening(createServer(backend)));
}

/** The answer's head; its body is still to be read. */
function ask(port: number, path: string, options: RequestOptions = {}, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: PREFIX + path, agent: false, ...options }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('proxyTo', () => {
  it('passes method, path, query, body and headers on as they came', async () => {
    const port = await proxied((message, response) => {
      void text(message).then((body) =>
        response.end(JSON.stringify({ method: message.method, url: message.url, body, headers: message.headers })),
      );
    });
    const answer = await ask(port, '/a%2Fb//c?x=a+b&y=%20', { method: 'PATCH', headers: { 'X-Own': 'yes', Host: 'cluster' } }, 'body');
    expect(JSON.parse(await text(answer))).toMatchObject({
      method: 'PATCH',
      url: '/a%2Fb//c?x=a+b&y=%20',
      body: 'body',
      headers: { 'x-own': 'yes', host: 'cluster', 'x-forwarded-uri': `${PREFIX}/a%2Fb//c`, 'x-forwarded-for': '192.0.2.9' },
    });
  });

  it('keeps credentials and what belongs to one connection to itself', async () => {
    const port = await proxied((message, response) => void response.end(JSON.stringify(message.headers)));
    const headers = {
      Authorization: 'Bearer secret',
      'Impersonate-User': 'root',
      Connection: 'keep-alive, X-Hop',
      'X-Hop': '1',
      'Proxy-Authorization': 'Basic secret',
      'X-Forwarded-For': '198.51.100.1',
    };
    const seen = JSON.parse(await text(await ask(port, '/', { headers }))) as object;
    for (const name of ['authorization', 'impersonate-user', 'x-hop', 'proxy-authorization', 'transfer-encoding'])
      expect(seen).not.toHaveProperty(name);
    expect(seen).toHaveProperty('x-forwarded-for', '198.51.100.1, 192.0.2.9');
  });

  it('passes status and headers back, each cookie by itself, without what is the server own affair', async () => {
    const port = await proxied((_, response) => {
      response.writeHead(418, {
        'Set-Cookie': ['a=1', 'b=2'],
        'X-Own': 'yes',
        'Access-Control-Allow-Origin': '*',
        'Keep-Alive': 'timeout=9',
      });
      response.end('short and stout');
    });
    const answer = await ask(port, '/');
    expect(answer.statusCode).toBe(418);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers).toHaveProperty('x-own', 'yes');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['keep-alive']).not.toBe('timeout=9');
    expect(await text(answer)).toBe('short and stout');
  });

  it('streams both ways at once', async () => {
    const port = await proxied((message, response) => void message.pipe(response));
    const outgoing = request({ host: '127.0.0.1', port, path: `${PREFIX}/`, method: 'POST', agent: false });
    outgoing.write('one');
    const answer = await new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve));
    const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    expect(String((await chunks.next()).value)).toBe('one');
    outgoing.end('two');
    expect(String((await chunks.next()).value)).toBe('two');
  });

  it('lets the backend go when the client goes', async () => {
    const gone = Promise.withResolvers<string>();
    const port = await proxied((_, response) => {
      response.on('close', () => gone.resolve('gone'));
      response.write('and so on');
    });
    (await ask(port, '/')).destroy();
    expect(await gone.promise).toBe('gone');
  });

  it('breaks the answer off when the backend does', async () => {
    const port = await proxied((_, response) => {
      response.write('half', () => response.destroy());
    });
    await expect(text(await ask(port, '/'))).rejects.toThrow('aborted');
  });

  it('answers before a body has come whole, if the backend does', async () => {
    const port = await proxied((message, response) => {
      response.writeHead(413, { connection: 'close' });
      response.end('too much');
      message.destroy();
    });
    const outgoing = request({ host: '127.0.0.1', port, path: `${PREFIX}/`, method: 'POST', agent: false });
    outgoing.on('error', () => undefined);
    outgoing.write('a beginning');
    const answer = await new Promise<IncomingMessage>((resolve) => outgoing.on('response', resolve));
    expect(answer.statusCode).toBe(413);
    outgoing.destroy();
  });

  it('says so when nothing answers', async () => {
    const nobody = createServer();
    const port = await listening(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    const answer = await ask(await proxyFor(port), '/', { method: 'POST' }, 'body');
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(await text(answer))).toMatchObject({
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('error trying to reach service: connect ECONNREFUSED') as string,
    });
  });

  it('passes a HEAD on with the length of what it leaves out', async () => {
    const port = await proxied((_, response) => {
      response.setHeader('Content-Length', 12345);
      response.end();
    });
    const answer = await ask(port, '/', { method: 'HEAD' });
    expect(answer.headers['content-length']).toBe('12345');
    expect(await text(answer)).toBe('');
  });

  it('leads to the slash that relative links need', async () => {
    const port = await proxied((_, response) => void response.end());
    const answer = await ask(port, '?a=1');
    expect(answer.statusCode).toBe(301);
    expect(answer.headers.location).toBe(`${PREFIX}/?a=1`);
  });

  it('makes redirects lead through the proxy', async () => {
    const port = await proxied((_, response) => {
      response.writeHead(302, { Location: '/login?next=/', 'Content-Type': 'text/html' });
      response.end('<a href="/login">');
    });
    const answer = await ask(port, '/');
    expect(answer.headers.location).toBe(`${PREFIX}/login?next=/`);
    expect(await text(answer)).toBe('<a href="/login">');
  });

  it.each(['identity', 'gzip'])('rewrites the links of a page that is encoded as %s', async (encoding) => {
    const page = '<a href="/next">next</a>';
    const body = encoding === 'gzip' ? gzipSync(page) : Buffer.from(page);
    const port = await proxied((_, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Length': body.length,
        ...(encoding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
      });
      response.end(body);
    });
    const answer = await buffer(await ask(port, '/'));
    expect(String(encoding === 'gzip' ? gunzipSync(answer) : answer)).toBe(`<a href="${PREFIX}/next">next</a>`);
  });

  describe('for a request to change protocols', () => {
    const UPGRADE = { Connection: 'Upgrade', Upgrade: 'echo', Authorization: 'Bearer secret' };

    function upgrading(accept: (message: IncomingMessage, socket: Duplex) => void): Promise<number> {
      const backend = createServer();
      backend.on('upgrade', accept);
      return listening(backend).then(proxyFor);
    }

    it('joins the connections from end to end', async () => {
      let seen: IncomingMessage | undefined;
      const port = await upgrading((message, socket) => {
        seen = message;
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello ');
        socket.pipe(socket);
      });
      const outgoing = request({ host: '127.0.0.1', port, path: `${PREFIX}/ws?x=1`, headers: UPGRADE, agent: false });
      outgoing.end();
      const [, socket, head] = await new Promise<[IncomingMessage, Duplex, Buffer]>((resolve) =>
        outgoing.on('upgrade', (...upgraded) => resolve(upgraded)),
      );
      socket.end('world');
      expect(String(head) + (await text(socket))).toBe('hello world');
      expect(seen?.url).toBe('/ws?x=1');
      expect(seen?.headers).toMatchObject({ upgrade: 'echo', 'x-forwarded-for': '192.0.2.9' });
      expect(seen?.headers).not.toHaveProperty('authorization');
    });

    it('passes on a refusal as it is', async () => {
      const port = await upgrading(
        (_, socket) => void socket.end('HTTP/1.1 426 Upgrade Required\r\nX-Own: yes\r\nContent-Length: 2\r\n\r\nno'),
      );
      const answer = await ask(port, '/', { headers: UPGRADE });
      expect([answer.statusCode, answer.headers['x-own'], await text(answer)]).toEqual([426, 'yes', 'no']);
    });

    it('refuses an answer that is neither', async () => {
      const port = await upgrading((_, socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      const answer = await ask(port, '/', { headers: UPGRADE });
      expect(answer.statusCode).toBe(500);
      expect(await text(answer)).toContain('invalid upgrade response: status code 200');
    });
  });
});
