import type { RequestListener } from 'node:http';
import { serveHttp, type Listening, type Logger, type Timers } from '@keelson/component-base';
import type { ProxiedPort } from './proxied-ports';

/** How one Service's port is to be answered on. */
interface ServiceHealth {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** Ready endpoints on this machine. */
  readonly localEndpoints: number;
}

export interface ServiceHealthServerOptions {
  readonly timers: Timers;
  readonly log: Logger;
  /** Whether the rules keep up; a load balancer should otherwise take another node. */
  readonly isProxyHealthy: () => boolean;
}

/**
 * Tells load balancers whether this machine has endpoints of a Service with `externalTrafficPolicy: Local`, on the Service's
 * `healthCheckNodePort`: 200 or 503, with the number. Invariant: `#servers` and `#health` have an entry for each port that listens; calls of `update` don't overlap.
 */
export class ServiceHealthServer {
  readonly #options: ServiceHealthServerOptions;
  readonly #servers = new Map<number, Listening>();
  readonly #health = new Map<number, ServiceHealth>();

  constructor(options: ServiceHealthServerOptions) {
    this.#options = options;
  }

  /** Opens, answers on and closes what the ports of Services ask for. A port that can't be had is logged, and tried again at the next update. */
  async update(ports: readonly ProxiedPort[]): Promise<void> {
    const wanted = serviceHealth(ports);
    for (const port of this.#servers.keys()) if (!wanted.has(port)) await this.#close(port);
    for (const [port, health] of wanted) {
      this.#health.set(port, health);
      if (!this.#servers.has(port)) await this.#open(health);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((port) => this.#close(port)));
  }

  async #open({ namespace, name, port }: ServiceHealth): Promise<void> {
    const { timers, log } = this.#options;
    try {
      this.#servers.set(port, await serveHttp(this.#listener(port), { address: '0.0.0.0', port, timers, log }));
    } catch (error) {
      this.#health.delete(port);
      log.error('Failed to start healthcheck', { service: `${namespace}/${name}`, port, error });
    }
  }

  async #close(port: number): Promise<void> {
    const server = this.#servers.get(port);
    this.#servers.delete(port);
    this.#health.delete(port);
    await server?.close();
  }

  #listener(port: number): RequestListener {
    return (_request, response) => {
      const health = this.#health.get(port);
      const localEndpoints = health?.localEndpoints ?? 0;
      const serviceProxyHealthy = this.#options.isProxyHealthy();
      const headers = {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(localEndpoints),
      };
      const service = { namespace: health?.namespace, name: health?.name };
      const body = { service, localEndpoints, serviceProxyHealthy };
      response.writeHead(localEndpoints > 0 && serviceProxyHealthy ? 200 : 503, headers).end(JSON.stringify(body, undefined, '\t'));
    };
  }
}

/** By port. An endpoint counts once, however many ports of the Service it serves. */
function serviceHealth(ports: readonly ProxiedPort[]): ReadonlyMap<number, ServiceHealth> {
  const asked = ports.filter(({ healthCheckNodePort }) => healthCheckNodePort !== undefined);
  const byPort = Map.groupBy(asked, ({ healthCheckNodePort }) => healthCheckNodePort ?? 0);
  return new Map(
    [...byPort].flatMap(([port, ofService]): [number, ServiceHealth][] => {
      const [first] = ofService;
      if (first === undefined) return [];
      const ready = new Set(ofService.flatMap(({ endpoints }) => endpoints.readyLocal.map(({ ip }) => ip)));
      return [[port, { ...first.service, port, localEndpoints: ready.size }]];
    }),
  );
}
