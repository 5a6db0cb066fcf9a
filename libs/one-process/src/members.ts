import type { Clock } from '@keelson/apimachinery';
import { createApiClient, createInProcessTransport, type ApiClient, type InProcessIdentity, type InProcessServer } from '@keelson/client';
import { KUBERNETES_VERSION, parseFlags, type DaemonContext } from '@keelson/component-base';
import { HollowRuntime } from '@keelson/container-runtime';
import { controllerManagerFlags, readConfig, runKubeControllerManager } from '@keelson/controller-manager';
import { ApiEventRecorder, type EventRecorder } from '@keelson/controller-runtime';
import { hollowNodeSettings, KUBELET_DEFAULTS, openHollowNode, runHollowNodes } from '@keelson/kubelet';
import { DEFAULT_SCHEDULER_CONFIG, runKubeScheduler } from '@keelson/scheduler';
import type { OneProcessOptions } from './one-process-options';

/** One who works in the cluster, through requests to its API server like anyone else. */
export interface MemberDeps extends DaemonContext {
  readonly server: InProcessServer;
  readonly clock: Clock;
  readonly random: () => number;
}

const SERVICE_ACCOUNTS = 'system:serviceaccounts';
const NAMESPACE = 'kube-system';
const NODE_CPU_CORES = 4;
const NODE_MEMORY_BYTES = 8 * 2 ** 30;

/** A client whose requests come from `identity`. */
export function clientOf(
  identity: InProcessIdentity,
  { clock, name, server }: { readonly server: InProcessServer; readonly clock: Clock; readonly name: string },
): ApiClient {
  return createApiClient(createInProcessTransport(server, { identity }), { userAgent: `${name}/${KUBERNETES_VERSION}`, clock });
}

/** kube-controller-manager; each controller acts as its own service account. Alone as it is, it needs no lease. */
export async function runControllerManager({ pki, podRange }: OneProcessOptions, deps: MemberDeps): Promise<void> {
  const name = 'kube-controller-manager';
  const args = ['--allocate-node-cidrs', `--cluster-cidr=${podRange}`, `--root-ca-file=${pki.caFile}`];
  const parsed = parseFlags({ name, description: '' }, controllerManagerFlags, args);
  if (parsed.type === 'help') return;
  const { clock, server } = deps;
  const client = clientOf({ commonName: `system:${name}`, organizations: [] }, { ...deps, name });
  const accounts: ApiClient[] = [];
  const clientFor = (account: string): Promise<ApiClient> => {
    const own = clientOf(serviceAccount(account), { clock, server, name: `${name}/${account}` });
    accounts.push(own);
    return Promise.resolve(own);
  };
  try {
    const recorderOf = (component: string): EventRecorder => new ApiEventRecorder({ ...deps, client, source: { component } });
    await runKubeControllerManager(await readConfig(parsed.values), { ...deps, client, recorderOf, clientFor });
  } finally {
    await Promise.all([client, ...accounts].map(({ transport }) => transport.close()));
  }
}

function serviceAccount(account: string): InProcessIdentity {
  return {
    commonName: `system:serviceaccount:${NAMESPACE}:${account}`,
    organizations: [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${NAMESPACE}`],
  };
}

/** kube-scheduler; alone as it is, it needs no lease. */
export async function runScheduler(deps: MemberDeps): Promise<void> {
  const name = 'kube-scheduler';
  const client = clientOf({ commonName: `system:${name}`, organizations: [] }, { ...deps, name });
  try {
    await runKubeScheduler(DEFAULT_SCHEDULER_CONFIG, { ...deps, client, eventClient: client });
  } finally {
    await client.transport.close();
  }
}

/** The simulated nodes, each with the rights of that node alone. */
export async function runNodes({ nodes }: OneProcessOptions, deps: MemberDeps): Promise<void> {
  const { clock, log } = deps;
  await runHollowNodes(
    {
      ...hollowNodeSettings({ ...KUBELET_DEFAULTS, nodeName: '' }),
      count: nodes,
      namePrefix: 'node-',
      cpuCores: NODE_CPU_CORES,
      memoryBytes: NODE_MEMORY_BYTES,
    },
    {
      ...deps,
      open: (node, signal) => {
        const client = clientOf({ commonName: `system:node:${node}`, organizations: ['system:nodes'] }, { ...deps, name: 'kubelet' });
        return Promise.resolve(openHollowNode(node, { client, clock, log, signal }));
      },
      runtime: (node) => new HollowRuntime({ node, clock }),
    },
  );
}
