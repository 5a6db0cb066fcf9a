import { readFile } from 'node:fs/promises';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { createDaemonApp, serveHttp, type DaemonContext, type Listening } from '@keelson/component-base';
import { dropManagedFields, InformerFactory } from '@keelson/controller-runtime';
import type { ClusterDnsConfig } from './cluster-dns-config';
import { DnsMetrics } from './dns-metrics';
import { followCluster } from './follow-cluster';
import { Forwarder } from './forward/forwarder';
import { upstreamServers } from './forward/resolv-conf';
import { socketExchange } from './forward/socket-exchange';
import { queryHandler } from './query-handler';
import { Resolver } from './resolver';
import { serveDns } from './server/dns-server';
import { ClusterZone } from './zone/cluster-zone';
import { addressOf } from './zone/ip-address';
import { RecordIndex } from './zone/record-index';

export interface ClusterDnsDeps extends DaemonContext {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Uniform in [0, 1), and hard to guess. */
  readonly random: () => number;
  /** The addresses of this machine's interfaces. */
  readonly ownAddresses: readonly string[];
}

/** cluster-dns's work: answers from the first list on, until the signal aborts. @throws Error if it can't listen or read resolv.conf */
export async function runClusterDns(config: ClusterDnsConfig, deps: ClusterDnsDeps): Promise<void> {
  const { client, clock, health, log, metrics, random, signal } = deps;
  const index = new RecordIndex();
  const domain = config['cluster-domain'];
  const zone = new ClusterZone({ index, domain, ttl: config.ttl, random, serial: Math.floor(clock.now() / 1000) });
  const dnsMetrics = new DnsMetrics(metrics, `dns://:${config['dns-port']}`);
  const forwarder = new Forwarder({
    servers: await serversToAsk(config, deps, zone),
    exchange: socketExchange(),
    clock,
    random,
    log,
    metrics: dnsMetrics,
  });
  const informers = new InformerFactory({ client, clock, log, transform: dropManagedFields });
  const followed = followCluster(informers, index);
  let isServing = false;
  health.add(
    'dns',
    () => {
      if (!isServing) throw new Error('the Services and their endpoints are not known yet');
    },
    ['readyz'],
  );
  const listening = await serveStatus(config, deps);
  informers.start(signal);
  try {
    // An answer before that would deny names that exist.
    await followed;
    const handle = queryHandler({ resolver: new Resolver({ zone, forwarder, log }), metrics: dnsMetrics, domain, clock });
    listening.push(await serveDns({ address: config['bind-address'], port: config['dns-port'], handle, clock, log }));
    isServing = true;
    log.info('Serving DNS', { domain, port: config['dns-port'] });
    await informers.stopped();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await Promise.all(listening.map((each) => each.close()));
  }
}

/** Health, readiness and metrics, each on its port. */
async function serveStatus(config: ClusterDnsConfig, deps: ClusterDnsDeps): Promise<Pick<Listening, 'close'>[]> {
  const { clock, health, log } = deps;
  const app = createDaemonApp({
    ...deps,
    // CoreDNS's paths; the others are every daemon's.
    extend: (express) => {
      express.get('/health', (_request, response) => void response.type('text').send('OK'));
      express.get('/ready', async (_request, response) => {
        const isReady = (await health.run('readyz')).every(({ problem }) => problem === undefined);
        response
          .status(isReady ? 200 : 503)
          .type('text')
          .send(isReady ? 'OK' : 'kubernetes');
      });
    },
  });
  const ports = new Set([config['health-port'], config['ready-port'], config['metrics-port']]);
  return Promise.all([...ports].map((port) => serveHttp(app, { address: config['bind-address'], port, timers: clock, log })));
}

/** The servers of resolv.conf but this one, by whichever of its addresses. */
async function serversToAsk(
  config: ClusterDnsConfig,
  { ownAddresses, log }: ClusterDnsDeps,
  zone: ClusterZone,
): Promise<() => readonly string[]> {
  const own = new Set(ownAddresses.map(keyOf));
  const isLocal = (address: string): boolean => config['dns-port'] === 53 && (own.has(keyOf(address)) || /^127\.|^::1$/.test(address));
  const servers = upstreamServers(await readFile(config['resolv-conf'], 'utf8'), isLocal);
  if (servers.length === 0)
    log.warn('There is no other name server to ask: names outside the cluster will not be found', { file: config['resolv-conf'] });
  return () => {
    const cluster = new Set(zone.nameServers().map(({ key }) => key));
    return servers.filter((server) => !cluster.has(keyOf(server)));
  };
}

const keyOf = (address: string): string => addressOf(address)?.key ?? address;
