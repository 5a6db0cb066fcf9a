import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { systemClock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig } from '@keelson/client';
import {
  createDaemonApp,
  KUBERNETES_VERSION,
  serveHttp,
  type DaemonContext,
  type FlagValues,
  type Listening,
} from '@keelson/component-base';
import { createNft } from '@keelson/netfilter';
import { bridgesAreTracked } from './bridge-netfilter';
import { cleanUp } from './clean-up';
import { loadProxyConfiguration } from './configuration-file';
import { createConntrack } from './conntrack';
import { healthListener } from './health-listener';
import { KubeProxy } from './kube-proxy';
import { FLAGS_BESIDE_CONFIG, proxyFlags } from './proxy-flags';
import { proxyMetrics, type ProxyMetrics } from './proxy-metrics';
import { proxySettings, type ProxySettings } from './proxy-settings';

/**
 * The whole daemon but its command line: from flags to the servers and the proxy, until the signal aborts.
 * @param given the flags that the command line named
 */
export async function runKubeProxyDaemon(values: Values, context: DaemonContext, given: ReadonlySet<string>): Promise<void> {
  if (values.cleanup) return cleanUp(createNft());
  const settings = await readSettings(values, context, given);
  const transport = await transportFromKubeconfig(settings.kubeconfig, { clock: systemClock });
  const metrics = proxyMetrics(context.metrics);
  const proxy = new KubeProxy({
    ...context,
    client: createApiClient(transport, { userAgent: `kube-proxy/${KUBERNETES_VERSION}`, clock: systemClock }),
    clock: systemClock,
    nft: createNft(),
    conntrack: createConntrack(),
    bridgesAreTracked,
    metrics,
    settings,
  });
  const servers: Listening[] = [];
  try {
    for (const { address, listener } of listeners(proxy, settings, { context, metrics })) {
      servers.push(await serveHttp(listener, { ...bindAddress(address), timers: systemClock, log: context.log }));
    }
    await proxy.run();
  } finally {
    await Promise.all(servers.map((server) => server.close()));
    await transport.close();
  }
}

type Values = FlagValues<typeof proxyFlags>;

async function readSettings(values: Values, { log }: DaemonContext, given: ReadonlySet<string>): Promise<ProxySettings> {
  const file = values.config === undefined ? undefined : await loadProxyConfiguration(values.config);
  const ignored = Object.keys(values).filter((name) => given.has(name) && name in proxyFlags && !FLAGS_BESIDE_CONFIG.has(name));
  if (file !== undefined && ignored.length > 0) log.warn('Flags are ignored, because --config is given', { flags: ignored });
  return proxySettings(values, file, hostname());
}

interface Surroundings {
  readonly context: DaemonContext;
  readonly metrics: ProxyMetrics;
}

/** Health for load balancers and whoever restarts the proxy; everything else only for the machine itself. An empty address is none. */
function listeners(
  proxy: KubeProxy,
  settings: ProxySettings,
  { context, metrics }: Surroundings,
): { address: string; listener: RequestListener }[] {
  const daemon = createDaemonApp({
    ...context,
    configz: { 'kubeproxy.config.k8s.io': settings },
    extend: (app) => app.get('/proxyMode', (_request, response) => void response.type('text/plain').send('nftables')),
  });
  return [
    { address: settings.healthzBindAddress, listener: healthListener(proxy.health, metrics) },
    { address: settings.metricsBindAddress, listener: daemon },
  ].filter(({ address }) => address !== '');
}

/** @throws Error if `text` is no `ADDRESS:PORT` */
function bindAddress(text: string): { address: string; port: number } {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text);
  if (match === null) throw new Error(`must be an IP address and a port: ${JSON.stringify(text)}`);
  const [, address = '', port = ''] = match;
  return { address, port: Number(port) };
}
