import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority, issueServingCertificate } from '@keelson/pki';
import { httpsCheck } from './https-check';

let server: Server;
let port: number;
beforeAll(async () => {
  const now = { now: Date.now() };
  const authority = await createCertificateAuthority('nobody-trusts-it', now);
  const { certificate, key } = await issueServingCertificate(authority, { commonName: 'scheduler', ipAddresses: ['192.0.2.1'] }, now);
  server = createServer({ cert: certificate, key }, (request, response) => {
    if (request.url === '/hangs') return;
    response.writeHead(request.url === '/healthz' ? 200 : 500).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const check = (path: string, patienceMilliseconds = 10_000) => httpsCheck({ host: '127.0.0.1', port, path, patienceMilliseconds })();

describe('the check of a component at its port', () => {
  it('is well when it says so, whoever signed its certificate', async () => {
    expect(await check('/healthz')).toEqual({ status: 'True', message: 'ok' });
  });

  it('is not well when it answers with a failure', async () => {
    expect(await check('/broken')).toEqual({ status: 'False', message: 'HTTP probe failed with statuscode: 500' });
  });

  it('does not wait for one that hangs', async () => {
    expect(await check('/hangs', 20)).toEqual({
      status: 'False',
      message: `Get "https://127.0.0.1:${port}/hangs": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    });
  });

  it('says that nobody listens, in the words of Go', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port: free } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await httpsCheck({ host: '127.0.0.1', port: free, path: '/healthz' })()).toEqual({
      status: 'False',
      message: `Get "https://127.0.0.1:${free}/healthz": dial tcp 127.0.0.1:${free}: connect: connection refused`,
    });
  });
});
