import { sleep, type Clock } from '@keelson/apimachinery';
import { daemonsets, deployments, isNodeReady, nodes } from '@keelson/api';
import { createApiClient, transportFromKubeconfig, type ApiClient } from '@keelson/client';
import { mergeKubeconfig, readKubeconfig, removeFromKubeconfig } from '@keelson/pki';

/** The names under which the cluster stands in the user's kubeconfig. */
const NAMES = { context: 'keelson', cluster: 'keelson', user: 'keelson-admin' };
const POLL_MILLISECONDS = 100;

/** Runs `use` with a client that may do everything, and ends its connections afterwards. */
export async function withAdmin<T>(adminKubeconfig: string, clock: Clock, use: (client: ApiClient) => Promise<T>): Promise<T> {
  const transport = await transportFromKubeconfig(adminKubeconfig, { clock });
  try {
    return await use(createApiClient(transport, { userAgent: 'keelson' }));
  } finally {
    await transport.close();
  }
}

export interface Patience {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Throws what makes waiting useless. */
  readonly check: () => void;
}

/** Resolves when the apiserver says that it is ready. @returns false if it did not in time */
export function untilServing(client: ApiClient, patience: Patience): Promise<boolean> {
  return until(patience, async () => {
    const { status } = await client.transport.request({ method: 'GET', path: '/readyz' });
    return status === 200;
  });
}

/** Resolves when `count` nodes are Ready. @returns false if they were not in time */
export function untilNodesReady(client: ApiClient, count: number, patience: Patience): Promise<boolean> {
  return until(patience, async () => {
    const { items } = await client.resource(nodes).list();
    return items.filter((node) => isNodeReady(node)).length >= count;
  });
}

/**
 * Resolves when all that runs in kube-system is ready, and the deployments `expected` are there too. @returns how many there are; undefined if they were
 * not ready in time
 */
export async function untilAddonsReady(client: ApiClient, expected: readonly string[], patience: Patience): Promise<number | undefined> {
  let count = 0;
  const areReady = await until(patience, async () => {
    const namespace = 'kube-system';
    const { items: replicated } = await client.resource(deployments).list({ namespace });
    const { items: everywhere } = await client.resource(daemonsets).list({ namespace });
    count = replicated.length + everywhere.length;
    return (
      expected.every((name) => replicated.some(({ metadata }) => metadata.name === name)) &&
      replicated.every(({ spec, status }) => (status?.availableReplicas ?? 0) >= (spec.replicas ?? 1)) &&
      everywhere.every(({ status }) => status !== undefined && (status.numberAvailable ?? 0) >= status.desiredNumberScheduled)
    );
  });
  return areReady ? count : undefined;
}

async function until({ check, clock, milliseconds }: Patience, holds: () => Promise<boolean>): Promise<boolean> {
  const end = clock.monotonic() + milliseconds;
  while (!(await holds().catch(() => false))) {
    if (clock.monotonic() >= end) return false;
    check();
    await sleep(clock, POLL_MILLISECONDS);
  }
  return true;
}

/** Puts the context `keelson` into the user's kubeconfig and makes it current; all else there stays. */
export async function addContext(userKubeconfig: string, adminKubeconfig: string): Promise<void> {
  await mergeKubeconfig(userKubeconfig, { ...(await readKubeconfig(adminKubeconfig)), ...NAMES });
}

export function removeContext(userKubeconfig: string): Promise<void> {
  return removeFromKubeconfig(userKubeconfig, NAMES);
}
