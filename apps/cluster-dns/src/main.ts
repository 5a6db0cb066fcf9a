import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { systemClock } from '@keelson/apimachinery';
import { createApiClient, inClusterTransport, transportFromKubeconfig, type Transport } from '@keelson/client';
import { clusterDnsFlags, runClusterDns } from '@keelson/cluster-dns';
import { KUBERNETES_VERSION, runDaemon } from '@keelson/component-base';

const NAME = 'cluster-dns';

await runDaemon(
  {
    name: NAME,
    description: 'Answers for the names of Services and pods, and passes all other questions on.',
    flags: clusterDnsFlags,
    async run(values, context) {
      const transport = await connect(values.kubeconfig);
      try {
        await runClusterDns(values, {
          ...context,
          client: createApiClient(transport, { userAgent: `${NAME}/${KUBERNETES_VERSION}`, clock: systemClock }),
          clock: systemClock,
          random: () => randomInt(2 ** 32) / 2 ** 32,
          ownAddresses: Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
        });
      } finally {
        await transport.close();
      }
    },
  },
  process,
);

async function connect(kubeconfig: string | undefined): Promise<Transport> {
  if (kubeconfig !== undefined) return transportFromKubeconfig(kubeconfig, { clock: systemClock });
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (host === undefined || port === undefined)
    throw new Error('--kubeconfig is required outside a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set');
  return inClusterTransport({ host, port, clock: systemClock });
}
