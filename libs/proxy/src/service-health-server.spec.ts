import { createServer, type AddressInfo } from 'node:net';
import { FakeClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { ProxiedPort } from './proxied-ports';
import { ServiceHealthServer } from './service-health-server';
import { proxiedPort } from './testing/proxied-port';

describe('ServiceHealthServer', () => {
  let isProxyHealthy = true;
  const error = jest.fn();
  const server = new ServiceHealthServer({
    timers: new FakeClock(),
    log: { ...silentLogger, error },
    isProxyHealthy: () => isProxyHealthy,
  });
  let port: number;

  beforeEach(async () => {
    isProxyHealthy = true;
    port = await freePort();
  });
  afterEach(() => server.close());

  const service = (local: string[], changes: Partial<ProxiedPort> = {}): ProxiedPort =>
    proxiedPort({ ips: local }, { healthCheckNodePort: port, ...changes });
  const get = () => fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });

  it('tells how many endpoints of the Service this machine has, each once', async () => {
    await server.update([service(['10.244.0.2', '10.244.0.3']), service(['10.244.0.2'], { portName: 'https', port: 443 })]);
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('x-load-balancing-endpoint-weight')).toBe('2');
    expect(await response.json()).toEqual({ service: { namespace: 'shop', name: 'web' }, localEndpoints: 2, serviceProxyHealthy: true });
  });

  it('sends load balancers away without endpoints, and while the proxy is behind', async () => {
    await server.update([service([])]);
    expect((await get()).status).toBe(503);
    await server.update([service(['10.244.0.2'])]);
    expect((await get()).status).toBe(200);
    isProxyHealthy = false;
    expect((await get()).status).toBe(503);
  });

  it('closes the port of a Service that is gone', async () => {
    await server.update([service(['10.244.0.2'])]);
    await server.update([]);
    await expect(get()).rejects.toThrow();
  });

  it('says that a port is taken, and takes it once it is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '0.0.0.0', resolve));
    await server.update([service(['10.244.0.2'])]);
    expect(error).toHaveBeenCalledWith('Failed to start healthcheck', expect.objectContaining({ service: 'shop/web', port }));
    await new Promise((resolve) => other.close(resolve));
    await server.update([service(['10.244.0.2'])]);
    expect((await get()).status).toBe(200);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
