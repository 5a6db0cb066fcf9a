import { systemClock } from '@keelson/apimachinery';
import { createApiClient, transportFromKubeconfig } from '@keelson/client';
import { createDaemonApp, flag, KUBERNETES_VERSION, runDaemon, serveHttp, versionInfo } from '@keelson/component-base';
import { createNft } from '@keelson/netfilter';
import { cleanUp, runKubeProxy } from '@keelson/proxy';

const section = 'kube-proxy';

await runDaemon(
  {
    name: 'kube-proxy',
    description: 'Makes the cluster IPs of Services reach their endpoints, by nftables rules of the machine it runs on.',
    flags: {
      kubeconfig: flag.string({ section, usage: 'Path to a kubeconfig file that tells how to reach the API server.' }),
      cleanup: flag.bool({ section, usage: 'Remove all rules that it has written, and end.' }),
      'iptables-min-sync-period': flag.duration({ section, usage: 'The least time between two writes of the rules.', default: 1_000 }),
      'iptables-sync-period': flag.duration({ section, usage: 'The rules are checked at least this often.', default: 30_000 }),
      'healthz-bind-address': flag.string({ section, usage: 'IP address and port of /healthz.', default: '0.0.0.0:10256' }),
      'metrics-bind-address': flag.string({ section, usage: 'IP address and port of /metrics.', default: '127.0.0.1:10249' }),
    },
    async run(values, context) {
      if (values.cleanup) return cleanUp(createNft());
      if (values.kubeconfig === undefined) throw new Error('--kubeconfig is required: kube-proxy does not run without an API server');
      const { log, health, metrics } = context;
      const transport = await transportFromKubeconfig(values.kubeconfig, { clock: systemClock });
      const client = createApiClient(transport, { userAgent: `kube-proxy/${KUBERNETES_VERSION}`, clock: systemClock });
      const app = createDaemonApp({ health, metrics, version: versionInfo(process), log });
      const serving = { timers: systemClock, log };
      const healthz = await serveHttp(app, { ...serving, ...bindAddress(values['healthz-bind-address']) });
      const metricsServer = await serveHttp(app, { ...serving, ...bindAddress(values['metrics-bind-address']) });
      try {
        await runKubeProxy({
          ...context,
          client,
          clock: systemClock,
          nft: createNft(),
          minSyncPeriod: values['iptables-min-sync-period'],
          syncPeriod: values['iptables-sync-period'],
        });
      } finally {
        await Promise.all([healthz.close(), metricsServer.close()]);
        await transport.close();
      }
    },
  },
  process,
);

function bindAddress(text: string): { address: string; port: number } {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text);
  if (match === null) throw new Error(`must be an IP address and a port: ${JSON.stringify(text)}`);
  const [, address = '', port = ''] = match;
  return { address, port: Number(port) };
}
