import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { TableWriter } from '@keelson/netfilter';
import type { ProgrammingLatency } from './programming-latency';
import type { ProxiedPort } from './proxied-ports';
import type { ProxyHealth } from './proxy-health';
import type { ProxyMetrics } from './proxy-metrics';
import type { ServiceHealthServer } from './service-health-server';
import { serviceTable } from './service-table';
import { tableOptions, type TableFacts } from './table-options';
import type { UdpFlowCleaner } from './udp-flow-cleaner';

const family = { ip_family: 'IPv4' } as const;

export interface ProxierDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly writer: TableWriter;
  readonly health: ProxyHealth;
  readonly metrics: ProxyMetrics;
  readonly latency: ProgrammingLatency;
  readonly flows: UdpFlowCleaner;
  readonly serviceHealth: ServiceHealthServer;
  /** What the caches tell now. */
  readonly ports: () => readonly ProxiedPort[];
  readonly facts: () => Promise<TableFacts>;
  /** Milliseconds after which the kernel's table is read again, in case others have changed it. */
  readonly recheckPeriod: number;
}

/**
 * Brings the machine to what the cluster tells: first the rules, then what follows from them. Level-triggered: each sync starts from all
 * Services and endpoints, and only differences are written.
 */
export class Proxier {
  readonly #deps: ProxierDeps;
  /** Monotonic milliseconds; the first sync reads the table anyway. */
  #checkedAt: number;

  constructor(deps: ProxierDeps) {
    this.#deps = deps;
    this.#checkedAt = deps.clock.monotonic();
  }

  /** Never rejects: what fails is logged and counted, and tried again at the next sync. @returns whether the rules are in force */
  async sync(): Promise<boolean> {
    const { clock, log, metrics } = this.#deps;
    const [start, since] = [clock.monotonic(), clock.now()];
    const ports = this.#deps.ports();
    const times = this.#deps.latency.take();
    this.#recheckIfDue(start);
    try {
      const commands = await this.#deps.writer.apply(serviceTable(ports, tableOptions(await this.#deps.facts())));
      if (commands > 0) log.v(2, 'Wrote the rules', { commands, ports: ports.length });
    } catch (error) {
      metrics.failures.inc(family);
      log.error('Could not write the rules', { error });
      return false;
    }
    this.#deps.health.updated(since);
    this.#measure(ports, { start, times });
    await this.#deps.serviceHealth.update(ports);
    metrics.endedFlows.inc(family, await this.#deps.flows.clean(ports));
    return true;
  }

  #recheckIfDue(now: number): void {
    if (now - this.#checkedAt < this.#deps.recheckPeriod) return;
    this.#checkedAt = now;
    this.#deps.writer.recheck();
  }

  #measure(ports: readonly ProxiedPort[], { start, times }: { start: number; times: readonly number[] }): void {
    const { clock, metrics } = this.#deps;
    metrics.syncDuration.observe(family, (clock.monotonic() - start) / 1000);
    metrics.lastSynced.set(family, clock.now() / 1000);
    for (const time of times) metrics.networkProgramming.observe(family, (clock.now() - time) / 1000);
    const unserved = ports.filter(({ endpoints }) => endpoints.cluster.length > 0 && endpoints.local.length === 0);
    const internal = unserved.filter(({ internalPolicyLocal }) => internalPolicyLocal).length;
    const external = unserved.filter(({ externalPolicyLocal }) => externalPolicyLocal).length;
    metrics.withoutLocalEndpoints.set({ ...family, traffic_policy: 'internal' }, internal);
    metrics.withoutLocalEndpoints.set({ ...family, traffic_policy: 'external' }, external);
  }
}
