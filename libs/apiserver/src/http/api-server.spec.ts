import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { createCertificateAuthority, issueServingCertificate } from '@keelson/pki';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Handler } from './api-request';
import { ApiServer } from './api-server';

/** More than the system keeps for a client that does not read. */
const LONG_ANSWER = Buffer.alloc(16 * 1024 * 1024, 'a');
const LONG_BODY = Buffer.alloc(1024 * 1024, 'b');

async function startServer(handler: Handler): Promise<{ server: ApiServer; port: number; ca: string }> {
  const now = systemClock.now();
  const authority = await createCertificateAuthority('test', { now });
  const serving = await issueServingCertificate(authority, { commonName: 'test', ipAddresses: ['127.0.0.1'] }, { now });
  const server = new ApiServer({ serving, handler, log: silentLogger });
  return { server, port: await server.listen(0, '127.0.0.1'), ca: authority.certificate };
}

describe('ApiServer', () => {
  it('takes a long request over HTTP/1.1 on a connection whose client has not read the long answer before it', async () => {
    const asked = Promise.withResolvers<undefined>();
    const { ca, port, server } = await startServer(async ({ method, readBody }) => {
      if (method === 'GET') return { status: 200, body: LONG_ANSWER };
      asked.resolve(undefined);
      return { status: 201, body: Buffer.from(`${(await readBody(LONG_BODY.length)).length} bytes came`) };
    });
    const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'] });
    socket.write('GET /long HTTP/1.1\r\nHost: test\r\n\r\n');
    await once(socket, 'readable');
    socket.write(`POST /long HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: ${LONG_BODY.length}\r\n\r\n`);
    socket.write(LONG_BODY);
    await asked.promise;
    const answers: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) answers.push(chunk);
    expect(Buffer.concat(answers).toString('latin1')).toContain(`${LONG_BODY.length} bytes came`);
    await server.close(0);
  });
});
