import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Load } from './load.mts';
import { cpuOf, ended, startServer, TOKEN } from './server.mts';
import { pod } from './workloads.mts';

const root = join(import.meta.dirname, '../..');
const NODES = 1000;
const PODS = 5000;
const ZONES = 10;
const MERGE_PATCH = 'application/merge-patch+json';

/** One kind of pods to give nodes to. */
interface Scheduling {
  readonly name: string;
  /** What is added to the spec of every pod; `app` is its label, shared by one pod in a hundred. */
  readonly affinity: (app: string) => object;
}

const sameApp = (app: string, topologyKey: string): object => ({ topologyKey, labelSelector: { matchLabels: { app } } });

const schedulings: readonly Scheduling[] = [
  { name: 'plain pods', affinity: () => ({}) },
  {
    name: 'pods apart from their like on every node',
    affinity: (app) => ({
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [sameApp(app, 'kubernetes.io/hostname')] },
    }),
  },
  {
    name: 'pods that prefer the zone of their like',
    affinity: (app) => ({
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: sameApp(app, 'topology.kubernetes.io/zone') }],
      },
    }),
  },
];

/** Gives 5,000 waiting pods nodes of 1,000, with an apiserver and a scheduler as processes of their own; one row for each kind of pod. */
export async function benchScheduling(): Promise<void> {
  console.log(`\nkube-scheduler: ${PODS} waiting pods, ${NODES} nodes, lmdb`);
  console.log(`${'pods'.padEnd(54)}${'per s'.padStart(9)}${'ms CPU'.padStart(9)}${'API server'.padStart(12)}`);
  for (const scheduling of schedulings) {
    const { cpu, perSecond, serverCpu } = await schedule(scheduling);
    console.log(
      `${scheduling.name.padEnd(54)}${perSecond.toFixed(0).padStart(9)}${cpu.toFixed(3).padStart(9)}${serverCpu.toFixed(3).padStart(12)}`,
    );
  }
}

/** @returns bindings a second, from the first to the last as a watch sees them, and the CPU time for each, milliseconds */
async function schedule({ affinity }: Scheduling): Promise<{ perSecond: number; cpu: number; serverCpu: number }> {
  const server = await startServer('lmdb');
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-scheduler-'));
  const load = new Load(server.port);
  let scheduler: ChildProcess | undefined;
  try {
    await inParallel(NODES, (index) => createNode(load, index));
    await inParallel(PODS, (index) => {
      const object = JSON.parse(pod(`pod-${index}`, index)) as { metadata: { labels: { app: string } }; spec: object };
      const spec = { ...object.spec, affinity: affinity(object.metadata.labels.app) };
      return load.request('POST', '/api/v1/namespaces/default/pods', JSON.stringify({ ...object, spec }));
    });
    const bound = countBound(load);
    await bound.begun;
    const cpuBefore = server.cpu();
    scheduler = startScheduler(server.port, folder);
    const seconds = await Promise.race([bound.seconds, failed(scheduler)]);
    return { perSecond: (PODS - 1) / seconds, cpu: cpuOf(scheduler.pid ?? 0) / PODS, serverCpu: (server.cpu() - cpuBefore) / PODS };
  } finally {
    if (scheduler?.exitCode === null) await ended(scheduler);
    load.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createNode(load: Load, index: number): Promise<void> {
  const name = `node-${index}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${index % ZONES}` };
  const resources = { cpu: '8', memory: '32Gi', pods: '110' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { capacity: resources, allocatable: resources } };
  await load.request('POST', '/api/v1/nodes', JSON.stringify(node));
  // A new node is tainted until its kubelet says that it is ready; here is none.
  await load.request('PATCH', `/api/v1/nodes/${name}`, JSON.stringify({ spec: { taints: null } }), MERGE_PATCH);
}

/** Watches pods get nodes; `seconds` is the time from the first to the last. */
function countBound(load: Load): { readonly begun: Promise<unknown>; readonly seconds: Promise<number> } {
  let first = 0;
  let count = 0;
  const { promise: seconds, resolve } = Promise.withResolvers<number>();
  const begun = load.watch('/api/v1/namespaces/default/pods?watch=1&fieldSelector=spec.nodeName!%3D', (chunk) => {
    if (count === 0) first = performance.now();
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
    if (count >= PODS) resolve((performance.now() - first) / 1000);
  });
  return { begun, seconds };
}

/** Without the limits of its client, which by default lets 50 requests through a second. */
function startScheduler(port: number, folder: string): ChildProcess {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: { token: TOKEN } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  };
  const configuration = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig: join(folder, 'kubeconfig'), qps: 100_000, burst: 100_000 },
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(configuration));
  const args = [`--config=${join(folder, 'config.yaml')}`, '--secure-port=0'];
  return spawn(join(root, 'dist/bin/kube-scheduler'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function failed(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => child.once('exit', (code) => reject(new Error(`kube-scheduler ended with exit code ${code}`))));
}

async function inParallel(count: number, operation: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await operation(next++);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}
