import { Registry } from 'prom-client';
import { systemTimers } from '../clock';
import { HealthChecks } from '../health-checks';
import { silentLogger } from '../logger';
import { createMetricsRegistry } from '../metrics/metrics-registry';
import { versionInfo } from '../version';
import { createDaemonApp, type DaemonAppOptions } from './daemon-app';
import { serveHttp, type Listening } from './serve';

const version = versionInfo(process);

describe('createDaemonApp', () => {
  let listening: Listening | undefined;
  afterEach(() => listening?.close());

  async function start(more: Partial<DaemonAppOptions> = {}) {
    const health = new HealthChecks();
    health.add('ping', () => undefined);
    const app = createDaemonApp({ health, metrics: new Registry(), version, log: silentLogger, ...more });
    const started = await serveHttp(app, { address: '127.0.0.1', port: 0, timers: systemTimers, log: silentLogger });
    listening = started;
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${started.port}${path}`);
      return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
    };
    return { health, get };
  }

  it('says ok, and more to who asks for it', async () => {
    const { get } = await start();
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok', type: 'text/plain; charset=utf-8' });
    expect(await get('/livez?verbose')).toMatchObject({ text: '[+]ping ok\nlivez check passed\n' });
    expect(await get('/readyz/ping')).toMatchObject({ status: 200, text: 'ok' });
  });

  it('withholds the reason from the endpoint and gives it to who asks for the one check', async () => {
    const { get, health } = await start();
    health.add('poststarthook/start-informers', () => Promise.reject(new Error('not synced')), ['readyz']);
    expect(await get('/readyz')).toMatchObject({
      status: 500,
      text: '[+]ping ok\n[-]poststarthook/start-informers failed: reason withheld\nreadyz check failed\n',
    });
    expect(await get('/readyz/poststarthook/start-informers')).toMatchObject({ status: 500, text: 'internal server error: not synced\n' });
    expect(await get('/livez/poststarthook/start-informers')).toMatchObject({ status: 404 });
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });

  it('leaves out excluded checks and warns of names it does not know', async () => {
    const { get, health } = await start();
    health.add('etcd', () => Promise.reject(new Error('down')));
    expect(await get('/readyz?verbose&exclude=etcd&exclude=foo')).toMatchObject({
      status: 200,
      text: '[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "foo"\nreadyz check passed\n',
    });
  });

  it('answers who may not pass as the access check words it, whatever the path', async () => {
    const refusal = { status: 403, contentType: 'application/json', body: '{"code":403}\n' } as const;
    const { get } = await start({ checkAccess: ({ url }) => Promise.resolve(url === '/healthz' ? undefined : refusal) });
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok' });
    for (const path of ['/metrics', '/livez/ping', '/nowhere'])
      expect(await get(path)).toEqual({ status: 403, text: '{"code":403}\n', type: 'application/json; charset=utf-8' });
  });

  it('lets nobody in when access cannot be checked, and says why', async () => {
    const { get } = await start({ checkAccess: () => Promise.reject(new Error('no <apiserver>')) });
    expect(await get('/configz?a')).toMatchObject({ status: 500, text: 'Internal Server Error: "/configz?a": no &lt;apiserver&gt;\n' });
  });

  it('serves the process metrics under upstream’s names', async () => {
    const { get } = await start({ metrics: createMetricsRegistry(process, version) });
    const { text } = await get('/metrics');
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_start_time_seconds', 'process_open_fds'])
      expect(text).toMatch(new RegExp(`^${name} [\\d.e+]+$`, 'm'));
    expect(text).toMatch(/^kubernetes_build_info\{.*git_version="v1\.36\.3\+keelson/m);
  });

  it('shows version and configuration, and 404 for what is not there', async () => {
    const { get } = await start({ configz: { kubeletconfig: { maxPods: 110 } } });
    expect(JSON.parse((await get('/version')).text)).toEqual(version);
    expect(JSON.parse((await get('/configz')).text)).toEqual({ kubeletconfig: { maxPods: 110 } });
    expect(await get('/nowhere')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  it('names the address when it is taken', async () => {
    await start();
    const { port } = listening!;
    const again = serveHttp(() => undefined, { address: '127.0.0.1', port, timers: systemTimers, log: silentLogger });
    await expect(again).rejects.toThrow(`failed to listen on 127.0.0.1:${port}`);
  });
});
