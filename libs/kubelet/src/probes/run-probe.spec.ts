import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Probe } from '@keelson/api';
import { systemClock } from '@keelson/apimachinery';
import { createCertificateAuthority, issueServingCertificate } from '@keelson/pki';
import { container } from '../testing/fixtures';
import { ScriptedRuntime } from '../testing/scripted-runtime';
import { runProbe } from './run-probe';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** @returns the port of the loopback address that `server` listens on */
async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const serving = (listener: RequestListener) => listening(createHttpServer(listener));

/** A port where nothing listens any more. */
async function deadPort(): Promise<number> {
  const port = await listening(createServer());
  const server = servers.pop();
  server?.close();
  if (server !== undefined) await once(server, 'close');
  return port;
}

const probed = (probe: Probe, { port, signal = new AbortController().signal }: { port?: number; signal?: AbortSignal } = {}) =>
  runProbe(
    probe,
    {
      containerId: 'web-0',
      podIP: '127.0.0.1',
      container: container('web', port === undefined ? {} : { ports: [{ name: 'http', containerPort: port }] }),
    },
    { runtime: new ScriptedRuntime(systemClock), clock: systemClock, signal },
  );

describe('an HTTP probe', () => {
  it('asks the port of that name at the address of the pod, with the path and headers it was given', async () => {
    const asked: (string | undefined)[] = [];
    const port = await serving(({ url, headers }, response) => {
      asked.push(url, headers['x-probe'] as string, headers['user-agent']);
      response.end();
    });
    const httpGet = { path: '/healthz?full', port: 'http', httpHeaders: [{ name: 'X-Probe', value: 'yes' }] };
    expect(await probed({ httpGet }, { port })).toEqual({ outcome: 'success' });
    expect(asked).toEqual(['/healthz?full', 'yes', 'kube-probe/1.36']);
  });

  it.each([
    [399, { outcome: 'success' }],
    [400, { outcome: 'failure', message: 'HTTP probe failed with statuscode: 400' }],
    [503, { outcome: 'failure', message: 'HTTP probe failed with statuscode: 503' }],
  ])('tells by status %d', async (status, result) => {
    const port = await serving((_request, response) => response.writeHead(status).end('said more'));
    expect(await probed({ httpGet: { port } })).toEqual(result);
  });

  it('succeeds without waiting for the end of an answer that never ends', async () => {
    const port = await serving((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(4096), more);
      };
      more();
    });
    expect(await probed({ httpGet: { port } })).toEqual({ outcome: 'success' });
  });

  it('does not ask who signed a certificate', async () => {
    const now = systemClock.now();
    const authority = await createCertificateAuthority('nobody', { now });
    const subject = { commonName: 'elsewhere', dnsNames: ['elsewhere'] };
    const { certificate, key } = await issueServingCertificate(authority, subject, { now });
    const port = await listening(createHttpsServer({ cert: certificate, key }, (_request, response) => void response.end()));
    expect(await probed({ httpGet: { port, scheme: 'HTTPS' } })).toEqual({ outcome: 'success' });
  });

  it('lets go of a server that takes the connection and says nothing, when its time is over', async () => {
    const stop = new AbortController();
    const port = await serving(() => stop.abort());
    await expect(probed({ httpGet: { port } }, { signal: stop.signal })).rejects.toThrow('abort');
  });

  it('fails where nothing listens, and for a port that the container has not', async () => {
    await expect(probed({ httpGet: { port: await deadPort() } })).rejects.toThrow('ECONNREFUSED');
    await expect(probed({ httpGet: { port: 'metrics' } })).rejects.toThrow('container web has no port "metrics"');
  });
});

describe('a TCP probe', () => {
  it('succeeds as soon as the connection is there, and hangs up', async () => {
    const server = createServer();
    const port = await listening(server);
    const taken = once(server, 'connection') as Promise<[Socket]>;
    expect(await probed({ tcpSocket: { port } })).toEqual({ outcome: 'success' });
    const [socket] = await taken;
    await once(socket.resume(), 'close');
  });

  it('fails where nothing listens', async () => {
    await expect(probed({ tcpSocket: { port: await deadPort() } })).rejects.toThrow('ECONNREFUSED');
  });

  it('fails when its time is over', async () => {
    await expect(probed({ tcpSocket: { host: '192.0.2.1', port: 80 } }, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});
