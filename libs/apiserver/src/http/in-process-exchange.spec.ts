import { TransportError, type InProcessCaller, type TransportRequest } from '@keelson/client';
import { silentLogger } from '@keelson/component-base';
import type { ApiRequest, ApiResponse, ByteSink, Handler } from './api-request';
import { ApiServer } from './api-server';

const serverOf = (handler: Handler): ApiServer => new ApiServer({ serving: undefined, handler, log: silentLogger });
const nobody = (): InProcessCaller => ({ identity: undefined, gone: new AbortController().signal });
const get: TransportRequest = { method: 'GET', path: '/watch' };

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

/** A handler whose answer is a stream that the test writes to. */
function streaming() {
  const opened = Promise.withResolvers<{ readonly sink: ByteSink; readonly request: ApiRequest; readonly end: () => void }>();
  const handler: Handler = (request) =>
    Promise.resolve({
      status: 200,
      stream: (sink) =>
        new Promise<void>((resolve) => {
          request.signal.addEventListener('abort', () => resolve());
          opened.resolve({ sink, request, end: resolve });
        }),
    });
  return { handler, opened: opened.promise };
}

describe('A request from within the process', () => {
  it('comes to the handler whole, with who sent it', async () => {
    const server = serverOf(async (request): Promise<ApiResponse> => {
      request.warnings.add('be careful');
      const body = await request.readBody(100);
      return { status: 201, headers: { 'x-y': 'z' }, body: [Buffer.from(`${request.path} ${request.rawQuery} `), body] };
    });
    const request: TransportRequest = { method: 'POST', path: '/api/v1/pods?dryRun=All', body: Buffer.from('{}') };
    const response = await server.request(request, nobody());
    expect(response.status).toBe(201);
    expect(response.headers).toEqual({ 'x-y': 'z', warning: '299 - "be careful"' });
    expect(await textOf(response.body)).toBe('/api/v1/pods dryRun=All {}');
  });

  it('is the identity that it says it is', async () => {
    const server = serverOf(({ clientCertificate }) =>
      Promise.resolve({ status: 200, body: Buffer.from(JSON.stringify(clientCertificate)) }),
    );
    const identity = { commonName: 'system:node:a', organizations: ['system:nodes'] };
    const { body } = await server.request(get, { ...nobody(), identity });
    expect(JSON.parse(await textOf(body))).toEqual(identity);
  });

  it('is refused when its body is too large', async () => {
    const server = serverOf(async ({ readBody }) => ({ status: 200, body: await readBody(3) }));
    const refused = server.request({ method: 'PUT', path: '/', body: Buffer.from('four') }, nobody());
    await expect(refused).rejects.toMatchObject({ cause: { message: 'Request entity too large: limit is 3' } });
  });

  it('streams its answer to its end', async () => {
    const { handler, opened } = streaming();
    const response = await serverOf(handler).request(get, nobody());
    const { end, sink } = await opened;
    sink.write(Buffer.from('first '));
    const text = textOf(response.body);
    sink.write(Buffer.from('second'));
    end();
    expect(await text).toBe('first second');
  });

  it.each(['the request', 'the caller'] as const)('breaks off, and the handler hears of it, when %s is aborted', async (who) => {
    const { handler, opened } = streaming();
    const abort = new AbortController();
    const request = who === 'the request' ? { ...get, signal: abort.signal } : get;
    const caller = who === 'the caller' ? { ...nobody(), gone: abort.signal } : nobody();
    const response = await serverOf(handler).request(request, caller);
    const { request: seen } = await opened;
    const reading = textOf(response.body);
    abort.abort();
    await expect(reading).rejects.toBeInstanceOf(TransportError);
    expect(seen.signal.aborted).toBe(true);
  });

  it('ends for the handler when the reader leaves', async () => {
    const { handler, opened } = streaming();
    const response = await serverOf(handler).request(get, nobody());
    const { request, sink } = await opened;
    sink.write(Buffer.from('x'));
    for await (const chunk of response.body) {
      expect(chunk).toHaveLength(1);
      break;
    }
    expect(request.signal.aborted).toBe(true);
  });

  it('rejects at once when it is aborted before it is answered', async () => {
    const abort = new AbortController();
    const answer = serverOf(() => new Promise(() => undefined)).request({ ...get, signal: abort.signal }, nobody());
    abort.abort();
    await expect(answer).rejects.toThrow('GET /watch: aborted');
  });

  it('is waited for when the server closes, then cut', async () => {
    const { handler, opened } = streaming();
    const server = serverOf(handler);
    const response = await server.request(get, nobody());
    await opened;
    const reading = textOf(response.body);
    const closed = server.close(0);
    await expect(reading).rejects.toBeInstanceOf(TransportError);
    await closed;
  });
});
