import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createMetricsRegistry, HealthChecks, parseFlags, silentLogger, versionInfo } from '@keelson/component-base';
import { controlPlaneFlags } from './control-plane-flags';
import { runControlPlaneDaemon, type ControlPlaneParts } from './run-control-plane-daemon';

const EVENTS = 'POST /api/v1/namespaces/default/events';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

const CONFIG_MAPS = '/api/v1/namespaces/kube-system/configmaps';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'web', uid: 'uid-1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
};

/** For a flag whose 0 means none. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An API server without objects, which takes whatever is written to it. */
class EmptyServer {
  /** `METHOD path` of each request, in the order in which they came. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #waiting = new Map<string, () => void>();

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const path = request.url?.split('?')[0] ?? '';
    const line = `${request.method} ${path}`;
    this.requests.push(line);
    const isMissing = request.method === 'GET' && [LEASES, CONFIG_MAPS].some((missing) => path.startsWith(missing));
    response.writeHead(isMissing ? 404 : 200, { 'content-type': 'application/json' });
    response.end(isMissing ? '{"kind":"Status","status":"Failure","reason":"NotFound","code":404}' : body === '' ? '{}' : body);
    this.#waiting.get(line)?.();
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when a request of that line comes. */
  coming(line: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(line, resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('runControlPlaneDaemon', () => {
  let server: EmptyServer;
  let folder: string;
  let stop: AbortController;

  beforeEach(() => {
    server = new EmptyServer();
    folder = mkdtempSync(join(tmpdir(), 'keelson-control-plane-'));
    stop = new AbortController();
  });

  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(flags: readonly string[], lead: (parts: ControlPlaneParts) => Promise<void>): Promise<void> {
    const kubeconfig = join(folder, 'kubeconfig');
    const cluster = { name: 'c', cluster: { server: await server.listen() } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const users = [{ name: 'u', user: { token: 't' } }];
    writeFileSync(kubeconfig, JSON.stringify({ 'current-context': 'c', clusters: [cluster], contexts: [context], users }));
    const declared = controlPlaneFlags({ securePort: 0, leaseName: 'test-daemon' });
    const parsed = parseFlags({ name: 'test-daemon', description: '' }, declared, [`--kubeconfig=${kubeconfig}`, ...flags]);
    if (parsed.type !== 'run') throw new Error(parsed.text);
    const version = versionInfo(process);
    const metrics = createMetricsRegistry(process, version);
    await runControlPlaneDaemon(
      parsed.values,
      { log: silentLogger, metrics, health: new HealthChecks(), version, signal: stop.signal },
      { name: 'test-daemon', lead },
    );
  }

  it('records events and renews its lease however many requests of its work wait for their turn', async () => {
    const burst = 5;
    const recorded = server.coming(EVENTS);
    await run([`--kube-api-burst=${burst}`, '--kube-api-qps=0.0001'], async ({ client, recorderOf, signal }) => {
      const paths = Array.from({ length: burst + 1 }, (_, n) => `/things/${n}`);
      const work = paths.map((path) => client.raw({ path, signal }));
      await Promise.all(work.slice(0, burst));
      recorderOf('tester').event(POD, 'Normal', 'Tested', 'as said');
      await recorded;
      stop.abort();
      await expect(work[burst]).rejects.toThrow();
    });
    expect(server.requests).toContain(EVENTS);
    expect(server.requests.filter((line) => line.startsWith('GET /things/'))).toHaveLength(burst);
    // Given back at the end, which its own limit leaves room for.
    expect(server.requests.at(-1)).toBe(`PUT ${LEASES}/test-daemon`);
  });

  it('works without a lease if none is wanted', async () => {
    await run(['--leader-elect=false'], ({ client }) => client.raw({ path: '/work' }));
    expect(server.requests).toEqual(['GET /work']);
  });

  it('does not begin without the client authorities of the cluster, unless that is tolerated', async () => {
    const serving = [`--cert-dir=${folder}`, `--secure-port=${await freePort()}`, '--bind-address=127.0.0.1', '--leader-elect=false'];
    const flags = [...serving, `--authentication-kubeconfig=${join(folder, 'kubeconfig')}`];
    const lead = jest.fn(() => Promise.resolve());
    await expect(run(flags, lead)).rejects.toThrow('unable to read configmap/extension-apiserver-authentication in kube-system');
    expect(lead).not.toHaveBeenCalled();
    await server.close();
    server = new EmptyServer();
    await run([...flags, '--authentication-tolerate-lookup-failure'], lead);
    expect(lead).toHaveBeenCalled();
  });
});
