import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodes as nodeResource, serviceaccounts, isNodeReady } from '@keelson/api';
import { sleep, systemClock } from '@keelson/apimachinery';
import type { ApiAccess, ApiClient } from '@keelson/client';
import { silentLogger, type Logger } from '@keelson/component-base';
import { ISSUER, KUBERNETES_ADDRESS, SERVICE_RANGE, simulatedPodRange } from '@keelson/launcher';
import { startOneProcessCluster, type OneProcessCluster } from '@keelson/one-process';
import { ensureClusterPki } from '@keelson/pki';
import { freePort } from './free-port';

export interface TestClusterOptions {
  /** How many simulated nodes there are; 1 if not said. */
  readonly nodes?: number;
  /** Hears what the parts of the cluster log; nobody does if absent. */
  readonly log?: Logger;
}

/** A cluster for one test, or for all tests of a file. */
export interface TestCluster {
  /** The path of a kubeconfig with every right, for kubectl, Helm, and clients in this process or another. */
  readonly kubeconfig: string;
  /** The URL of the API server. */
  readonly server: string;
  /** A client with every right, which needs no socket. */
  readonly client: ApiAccess;
  /** Ends the cluster and deletes all it kept. Idempotent. */
  stop(): Promise<void>;
}

/** Documentation's (RFC 5737): simulated pods don't dial the API server, and an endpoint must not be of the loopback's. */
const ADVERTISE_ADDRESS = '192.0.2.1';
const READY_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 20;

/** How many ports are tried before it is not by chance that others have them. */
const PORT_ATTEMPTS = 10;

/**
 * Starts a whole cluster in this process: API server, controllers, scheduler, and simulated nodes on which pods become Running though nothing
 * is in them. It has a folder, a certificate authority and a port of its own, so any number may run at once. Resolves when its nodes are Ready
 * and pods may be made in the namespace `default`.
 * @throws Error if it can't start; nothing of it is left then
 */
export function createTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  return createOnPort(freePort, options);
}

/** As {@link createTestCluster}, on the first port of those that `choosePort` gives that nobody else takes before it is listened on. */
export async function createOnPort(choosePort: () => Promise<number>, options: TestClusterOptions): Promise<TestCluster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createOnce(await choosePort(), options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function createOnce(port: number, { log = silentLogger, nodes = 1 }: TestClusterOptions): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-test-cluster-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let running: OneProcessCluster | undefined;
  try {
    const server = `https://127.0.0.1:${port}`;
    const pki = await ensureClusterPki(folder, { server, serviceAddress: KUBERNETES_ADDRESS, nodes: [], clock: systemClock });
    const cluster = await start(folder, { port, nodes, log, pki });
    running = cluster;
    await untilUsable(cluster.admin, nodes);
    return { kubeconfig: pki.kubeconfigs.admin, server, client: cluster.admin, stop: () => cluster.stop().finally(remove) };
  } catch (error) {
    await running?.stop();
    await remove();
    throw error;
  }
}

async function start(
  folder: string,
  {
    log,
    nodes,
    pki,
    port,
  }: Required<TestClusterOptions> & { readonly port: number; readonly pki: Parameters<typeof startOneProcessCluster>[0]['pki'] },
): Promise<OneProcessCluster> {
  const storeFolder = join(folder, 'store');
  await mkdir(storeFolder);
  return startOneProcessCluster(
    {
      storeFolder,
      durable: false,
      pki,
      listen: { address: '127.0.0.1', port },
      advertiseAddress: ADVERTISE_ADDRESS,
      nodes,
      serviceRange: SERVICE_RANGE,
      podRange: simulatedPodRange(nodes),
      issuer: ISSUER,
    },
    { clock: systemClock, random: Math.random, log, program: process },
  );
}

/** Pods are refused until their namespace has its service account. */
async function untilUsable(client: ApiClient, count: number): Promise<void> {
  const end = systemClock.monotonic() + READY_MILLISECONDS;
  for (;;) {
    const { items } = await client.resource(nodeResource).list();
    const { items: accounts } = await client.resource(serviceaccounts).list({ namespace: 'default' });
    if (items.filter((node) => isNodeReady(node)).length >= count && accounts.length > 0) return;
    if (systemClock.monotonic() > end) throw new Error(`not all ${count} nodes became Ready within ${READY_MILLISECONDS / 1000} s`);
    await sleep(systemClock, POLL_MILLISECONDS);
  }
}
