import {
  endpointslices,
  nodeAddress,
  nodes,
  servicecidrs,
  services,
  type EndpointSlice,
  type Node,
  type Service,
  type ServiceCIDR,
} from '@keelson/api';
import { parseIp, type Clock, type DeepReadonly } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { DaemonContext } from '@keelson/component-base';
import { dropManagedFields, InformerFactory, type Informer } from '@keelson/controller-runtime';
import { TableWriter, type RunNft } from '@keelson/netfilter';
import { BoundedRunner } from './bounded-runner';
import { ChangeCounter } from './change-counter';
import { TABLE } from './clean-up';
import type { Conntrack } from './conntrack';
import { ProgrammingLatency } from './programming-latency';
import { proxiedPorts } from './proxied-ports';
import { Proxier } from './proxier';
import { ProxyHealth } from './proxy-health';
import type { ProxyMetrics } from './proxy-metrics';
import type { ProxySettings } from './proxy-settings';
import { ServiceHealthServer } from './service-health-server';
import type { TableFacts } from './table-options';
import { UdpFlowCleaner } from './udp-flow-cleaner';

export interface KubeProxyDeps extends Pick<DaemonContext, 'log' | 'signal'> {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly nft: RunNft;
  readonly conntrack: Conntrack;
  /** Whether frames between two ports of a bridge pass connection tracking. */
  readonly bridgesAreTracked: () => Promise<boolean>;
  readonly metrics: ProxyMetrics;
  readonly settings: ProxySettings;
}

/** kube-proxy on one machine: the informers, and what their changes set going. */
export class KubeProxy {
  readonly #deps: KubeProxyDeps;
  readonly #caches: Caches;
  readonly health: ProxyHealth;

  constructor(deps: KubeProxyDeps) {
    this.#deps = deps;
    this.#caches = createCaches(deps);
    const timeout = 2 * deps.settings.syncPeriod;
    this.health = new ProxyHealth({ clock: deps.clock, timeout, nodes: () => this.#nodes() });
  }

  /** Keeps the kernel's table as Services and endpoints tell, until the signal aborts. The table stays. */
  async run(): Promise<void> {
    const { clock, log, signal, metrics, settings } = this.#deps;
    const { informers, services, slices, nodes, serviceCIDRs } = this.#caches;
    const changes = new ChangeCounter(metrics);
    const latency = new ProgrammingLatency(clock.now());
    const serviceHealth = new ServiceHealthServer({ timers: clock, log, isProxyHealthy: () => this.health.isHealthy });
    const proxier = this.#proxier(latency, serviceHealth);
    const runner = new BoundedRunner({
      run: async () => {
        changes.taken();
        if (!(await proxier.sync())) runner.request();
      },
      clock,
      minPeriod: settings.minSyncPeriod,
      maxPeriod: settings.syncPeriod,
    });
    const request = (): void => {
      this.health.queued();
      metrics.lastQueued.set({ ip_family: 'IPv4' }, clock.now() / 1000);
      runner.request();
    };
    informers.start(signal);
    await Promise.all([services, slices, serviceCIDRs, ...nodes].map((cache) => cache.synced));
    const undo = [
      services.subscribe(() => {
        changes.serviceChanged();
        request();
      }),
      slices.subscribe((event) => {
        changes.endpointsChanged();
        latency.note(event);
        request();
      }),
      ...[serviceCIDRs, ...nodes].map((cache) => cache.subscribe(() => request())),
    ];
    request();
    await informers.stopped();
    for (const unsubscribe of undo) unsubscribe();
    await runner.stop();
    await serviceHealth.close();
  }

  #proxier(latency: ProgrammingLatency, serviceHealth: ServiceHealthServer): Proxier {
    const { clock, log, nft, conntrack, metrics, settings } = this.#deps;
    const isLocal = (nodeName: string): boolean => settings.localNodes.includes(nodeName);
    return new Proxier({
      clock,
      log,
      metrics,
      latency,
      serviceHealth,
      health: this.health,
      writer: new TableWriter(nft, TABLE),
      flows: new UdpFlowCleaner(conntrack, log),
      ports: () => proxiedPorts(this.#caches.services.list(), this.#caches.slices.list(), isLocal),
      facts: () => this.#facts(),
      recheckPeriod: settings.syncPeriod,
    });
  }

  async #facts(): Promise<TableFacts> {
    const { settings, bridgesAreTracked } = this.#deps;
    const cidrs = this.#caches.serviceCIDRs.list().flatMap(({ spec }) => spec.cidrs ?? []);
    const addresses = this.#nodes().map((node) => nodeAddress(node, 'InternalIP') ?? '');
    return {
      ...settings,
      serviceCIDRs: [...new Set(cidrs.filter((cidr) => !cidr.includes(':')))].sort(),
      nodeIPs: [...new Set(addresses.filter((address) => parseIp(address)?.family === 4))].sort(),
      bridgesAreTracked: await bridgesAreTracked(),
    };
  }

  #nodes(): readonly DeepReadonly<Node>[] {
    return this.#caches.nodes.flatMap((cache) => cache.list());
  }
}

interface Caches {
  readonly informers: InformerFactory;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly serviceCIDRs: Informer<ServiceCIDR>;
  /** One for each node of the machine: kube-proxy needn't know the others. */
  readonly nodes: readonly Informer<Node>[];
}

function createCaches({ client, clock, log, settings }: KubeProxyDeps): Caches {
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  return {
    informers,
    services: informers.informer(services),
    slices: informers.informer(endpointslices),
    serviceCIDRs: informers.informer(servicecidrs),
    nodes: settings.localNodes.map((name) => informers.informer(nodes, { fieldSelector: `metadata.name=${name}` })),
  };
}
