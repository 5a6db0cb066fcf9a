import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Clock } from '@keelson/apimachinery';
import { tlsPolicy, type HealthChecks, type Logger, type TlsPolicy, type TlsPolicyOptions } from '@keelson/component-base';
import type { ContainerRuntime } from '@keelson/container-runtime';
import type { RequestAuthenticator } from '@keelson/controller-runtime';
import type { Registry } from 'prom-client';
import { readLog } from '../logs/read-log';
import { runningContainers, readySandbox } from '../runtime-state/pod-state';
import type { ReadonlyPod } from '../pod/types';
import type { RequestAuthorizer } from './authorization';
import { serveAttach, serveExec, servePorts } from './container-streams';
import { HttpError } from './http-error';
import { KubeletMetrics } from './kubelet-metrics';
import { isTrue, parseLogQuery } from './log-query';
import { logTarget } from './log-target';
import type { NodeView } from './node-view';
import type { StreamProtocol, StreamRequest, UpgradeRequest } from './remote-streams';
import { cadvisorMetrics, resourceMetrics } from './resource-metrics';
import { statsSummary } from './stats-summary';

export interface KubeletServerDeps {
  readonly view: NodeView;
  readonly runtime: ContainerRuntime;
  readonly authenticator: RequestAuthenticator;
  readonly authorizer: RequestAuthorizer;
  /** In the order in which they are asked whether an upgrade is theirs. */
  readonly protocols: readonly StreamProtocol[];
  readonly metrics: Registry;
  readonly health: HealthChecks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientCA?: string | undefined } & TlsPolicyOptions;
  readonly signal: AbortSignal;
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** The kubelet's HTTPS port: what the apiserver, metrics-server and Prometheus ask a node. */
export class KubeletServer {
  readonly #deps: KubeletServerDeps;
  readonly #server: Server;
  readonly #policy: TlsPolicy;
  /** By exact path; what has parameters comes in {@link #handler}. */
  readonly #pages: Readonly<Record<string, Handler>>;

  constructor(deps: KubeletServerDeps) {
    this.#deps = deps;
    const { certificate, key, clientCA } = deps.tls;
    const clients = clientCA === undefined ? {} : { ca: clientCA, requestCert: true, rejectUnauthorized: false };
    this.#policy = tlsPolicy(deps.tls);
    this.#server = createServer({ cert: certificate, key, ...clients, ...this.#policy });
    this.#pages = this.#makePages();
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head));
  }

  /** @returns the port it listens on @throws if the port is taken */
  async listen(port: number, address: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, resolve);
    });
    this.#deps.signal.addEventListener('abort', () => this.#close(), { once: true });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Serves another certificate from now on, to new connections. */
  renewCertificate(certificate: string, key: string): void {
    this.#server.setSecureContext({
      cert: certificate,
      key,
      ...(this.#deps.tls.clientCA === undefined ? {} : { ca: this.#deps.tls.clientCA }),
      ...this.#policy,
    });
  }

  #close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = await this.#admit(request);
      await this.#handler(request.method ?? 'GET', url.pathname)(request, response, url);
    } catch (error) {
      this.#fail(response, error);
    }
  }

  /** @throws HttpError 401 or 403 if the request may not pass */
  async #admit(request: IncomingMessage): Promise<URL> {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const user = await this.#deps.authenticator.authenticate(request);
    if (user === undefined) throw new HttpError(401, 'Unauthorized');
    const refusal = await this.#deps.authorizer.refusal(user, request.method ?? 'GET', url.pathname);
    if (refusal !== undefined) throw new HttpError(403, refusal);
    return url;
  }

  #handler(method: string, path: string): Handler {
    const page = this.#pages[path];
    if (page !== undefined && method === 'GET') return page;
    if (path.startsWith('/containerLogs/') && method === 'GET') return (_, response, url) => this.#containerLogs(response, url);
    throw page === undefined ? new HttpError(404, `404 page not found`) : new HttpError(405, '405: Method Not Allowed');
  }

  #makePages(): Readonly<Record<string, Handler>> {
    const { view, runtime, metrics, clock } = this.#deps;
    const own = new KubeletMetrics(metrics, view);
    const json =
      (value: () => unknown): Handler =>
      async (_, response) =>
        sendText(response, 'application/json', JSON.stringify(await value()));
    const text =
      (type: string, value: () => Promise<string>): Handler =>
      async (_, response) =>
        sendText(response, type, await value());
    const list = (pods: readonly ReadonlyPod[]): object => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
    const prometheus = 'text/plain; version=0.0.4; charset=utf-8';
    return {
      '/pods': json(() => list(view.pods())),
      '/runningpods/': json(async () => list(await this.#runningPods())),
      '/runningpods': json(async () => list(await this.#runningPods())),
      '/stats/summary': json(() => statsSummary(view, runtime, clock.now())),
      '/configz': json(() => ({ kubeletconfig: view.config() })),
      '/metrics': text(own.contentType, () => own.text()),
      '/metrics/resource': text(prometheus, () => resourceMetrics(view, runtime)),
      '/metrics/cadvisor': text(prometheus, () => cadvisorMetrics(view, runtime)),
      '/healthz': (_, response) => this.#healthz(response),
    };
  }

  async #healthz(response: ServerResponse): Promise<void> {
    const problems = (await this.#deps.health.run('healthz')).filter(({ problem }) => problem !== undefined);
    if (problems.length > 0) throw new HttpError(500, problems.map(({ name, problem }) => `${name}: ${problem ?? ''}`).join('\n'));
    sendText(response, 'text/plain; charset=utf-8', 'ok');
  }

  async #runningPods(): Promise<ReadonlyPod[]> {
    const { view } = this.#deps;
    const all = await Promise.all(view.pods().map(async (pod) => ({ pod, state: await view.state(pod.metadata.uid) })));
    return all.filter(({ state }) => runningContainers(state).length > 0).map(({ pod }) => pod);
  }

  async #containerLogs(response: ServerResponse, url: URL): Promise<void> {
    const { view, runtime, clock } = this.#deps;
    const [, , namespace = '', name = '', containerName = ''] = url.pathname.split('/');
    const { previous, ...options } = asBadRequest(() => parseLogQuery(url.searchParams, clock.now()));
    const pod = this.#find(namespace, name, `pod "${name}" does not exist`);
    const container = logTarget(pod, await view.state(pod.metadata.uid), { container: containerName, previous });
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const isRunning = async (): Promise<boolean> =>
      (await runtime.containers({ podUid: pod.metadata.uid })).some(({ id, state }) => id === container.id && state === 'running');
    const signal = AbortSignal.any([gone.signal, this.#deps.signal]);
    const log = readLog({ path: container.logPath, format: runtime.logFormat, isRunning, clock, signal }, options);
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' });
    response.flushHeaders();
    await pipeline(Readable.from(log), response).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** @throws HttpError 404 with `orElse` if the pod is not on this node */
  #find(namespace: string, name: string, orElse = 'pod does not exist'): ReadonlyPod {
    const pod = this.#deps.view.pod(decodeURIComponent(namespace), decodeURIComponent(name));
    if (pod === undefined) throw new HttpError(404, orElse);
    return pod;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const url = await this.#admit(request);
      const protocol = this.#deps.protocols.find((candidate) => candidate.speaks(request));
      if (protocol === undefined) throw new HttpError(400, `unable to upgrade: unsupported protocol ${request.headers.upgrade ?? ''}`);
      await this.#stream(protocol, { request, socket, head, query: url.searchParams }, url.pathname.split('/'));
    } catch (error) {
      const { status, message } = HttpError.from(error);
      if (status === 500) this.#deps.log.warn('Serving a stream failed', { path: request.url, error });
      if (socket.writable)
        socket.end(
          `HTTP/1.1 ${status} Error\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
        );
    }
  }

  /** `/exec/NAMESPACE/POD[/UID]/CONTAINER`, `/attach/...` the same, and `/portForward/NAMESPACE/POD[/UID]`. */
  async #stream(protocol: StreamProtocol, upgrade: UpgradeRequest, [, verb, namespace = '', name = '', ...rest]: string[]): Promise<void> {
    const { view, runtime } = this.#deps;
    const pod = this.#find(namespace, name);
    const state = await view.state(pod.metadata.uid);
    if (verb === 'portForward') {
      const sandbox = readySandbox(state);
      if (sandbox === undefined) throw new HttpError(500, `pod not found ("${name}_${namespace}")`);
      return servePorts(runtime, sandbox.id, await protocol.acceptPorts(upgrade));
    }
    const containerName = rest.at(-1) ?? '';
    const container = runningContainers(state).find((candidate) => candidate.name === containerName);
    if (container === undefined) throw new HttpError(500, notRunning(verb, containerName, `${name}_${namespace}`));
    const wanted = streamRequest(upgrade.query);
    if (verb === 'exec') {
      const streams = await protocol.acceptStreams(upgrade, wanted);
      return serveExec(runtime, container, { command: upgrade.query.getAll('command'), tty: wanted.tty, streams });
    }
    if (verb === 'attach') return serveAttach(runtime, container, wanted.tty, await protocol.acceptStreams(upgrade, wanted));
    throw new HttpError(404, '404 page not found');
  }

  #fail(response: ServerResponse, error: unknown): void {
    const { status, message } = HttpError.from(error);
    if (status === 500) this.#deps.log.warn('A request to the node failed', { error });
    if (response.headersSent) response.destroy();
    else sendText(response, 'text/plain; charset=utf-8', message, status);
  }
}

/** The apiserver asks with `input`, `output` and `error`; the API's own names are taken, too. */
function streamRequest(query: URLSearchParams): StreamRequest {
  const any = (...names: string[]): boolean => names.some((name) => isTrue(query.get(name)));
  const wanted = { stdin: any('input', 'stdin'), stdout: any('output', 'stdout'), stderr: any('error', 'stderr'), tty: any('tty') };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return wanted;
}

/** In the words that upstream has for each of both. */
function notRunning(verb: string | undefined, container: string, pod: string): string {
  return verb === 'attach' ? `container ${container} not found in pod ${pod}` : `container not found ("${container}")`;
}

function asBadRequest<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new HttpError(400, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function sendText(response: ServerResponse, type: string, body: string, status = 200): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
