import { LineCount, measure, Load, type Rate } from './load.mts';
import type { BenchServer } from './server.mts';

/** One row of the table; `upstream` is what kube-apiserver v1.36.3 did on the machine of docs/benchmarks.md, per second. */
export interface Workload {
  readonly name: string;
  readonly upstream: number | undefined;
  readonly run: (server: BenchServer, load: Load) => Promise<Rate>;
}

export const PODS = 10_000;
const SECONDS = 3;
const WORKERS = 32;
const NAMESPACE = '/api/v1/namespaces/default';

/** A pod of about 4.2 kB, as controllers make them. */
export function pod(name: string, index: number): string {
  const env = Array.from({ length: 30 }, (_, number) => ({ name: `SETTING_${number}`, value: `value-${number}-${'x'.repeat(24)}` }));
  const container = {
    name: 'app',
    image: 'registry.example/team/application:1.2.3',
    env,
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
  };
  const labels = { app: `app-${index % 100}`, 'pod-template-hash': '5d59d67564', tier: 'backend' };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations: { note: 'n'.repeat(400) } },
    spec: { containers: [container] },
  });
}

const configMap = (name: string, value: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } });

const plain = (
  name: string,
  upstream: number | undefined,
  operation: (load: Load, index: number) => Promise<unknown>,
  workers = WORKERS,
): Workload => ({
  name,
  upstream,
  run: (server, load) => measure({ workers, seconds: SECONDS, cpu: () => server.cpu(), operation: (index) => operation(load, index) }),
});

const KILOBYTE = 'v'.repeat(1000);
/** ConfigMaps that are there from the beginning. */
const OWN = 500;
/** From now on, without what is there: then each update is one event to each of its watchers, and the deliveries due are known. */
const WATCH = `${NAMESPACE}/configmaps?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`;
const WATCHERS = 1000;
const CONNECTIONS = 20;
/** Upstream's figure for watchers of a name is 5.8 times its rate of updates: so many of a thousand watchers share a name. */
const NAMES_WATCHED = 172;
let serial = 0;

export const workloads: readonly Workload[] = [
  plain('GET pod', 2106, (load, index) => load.request('GET', `${NAMESPACE}/pods/pod-${index % PODS}`)),
  plain('GET pod, one worker', 707, (load, index) => load.request('GET', `${NAMESPACE}/pods/pod-${index % PODS}`), 1),
  plain('LIST of 1', 2638, (load, index) => load.request('GET', `${NAMESPACE}/pods?fieldSelector=metadata.name%3Dpod-${index % PODS}`)),
  plain('LIST of 100 of 10,000 by label', 68, (load, index) =>
    load.request('GET', `${NAMESPACE}/pods?labelSelector=app%3Dapp-${index % 100}`),
  ),
  plain('LIST page of 500', 30, (load) => load.request('GET', `${NAMESPACE}/pods?limit=500`), 8),
  plain('LIST of 10,000', 1.6, (load) => load.request('GET', `${NAMESPACE}/pods`), 2),
  plain('CREATE pod', 796, (load) => load.request('POST', `${NAMESPACE}/pods`, pod(`new-${serial++}`, serial))),
  plain(
    'CREATE ConfigMap 1 kB, 64 workers',
    1708,
    (load) => load.request('POST', `${NAMESPACE}/configmaps`, configMap(`new-${serial++}`, KILOBYTE)),
    64,
  ),
  plain(
    'CREATE ConfigMap 1 kB, one worker',
    432,
    (load) => load.request('POST', `${NAMESPACE}/configmaps`, configMap(`new-${serial++}`, KILOBYTE)),
    1,
  ),
  plain('UPDATE ConfigMap', 1209, (load, index) =>
    load.request('PUT', `${NAMESPACE}/configmaps/own-${index % OWN}`, configMap(`own-${index % OWN}`, `${KILOBYTE}${serial++}`)),
  ),
  plain('merge PATCH ConfigMap', 1187, (load, index) =>
    load.request(
      'PATCH',
      `${NAMESPACE}/configmaps/own-${index % 500}`,
      JSON.stringify({ data: { value: `${serial++}` } }),
      'application/merge-patch+json',
    ),
  ),
  plain('strategic PATCH pod', 594, (load, index) =>
    load.request(
      'PATCH',
      `${NAMESPACE}/pods/pod-${index % PODS}`,
      JSON.stringify({ metadata: { labels: { step: `s${serial++}` } } }),
      'application/strategic-merge-patch+json',
    ),
  ),
  plain('strategic PATCH pod status', 595, (load, index) =>
    load.request(
      'PATCH',
      `${NAMESPACE}/pods/pod-${index % PODS}/status`,
      JSON.stringify({ status: { conditions: [{ type: 'Ready', status: serial % 2 === 0 ? 'True' : 'False', message: `m${serial++}` }] } }),
      'application/strategic-merge-patch+json',
    ),
  ),
  {
    name: 'WATCH, 1,000 watchers of one namespace, deliveries',
    upstream: 79_900,
    run: (server, load) => watchFanOut(server, load, { names: OWN, pathOf: () => WATCH, watchersOf: () => WATCHERS }),
  },
  {
    name: 'WATCH, 1,000 watchers of one name each, deliveries',
    upstream: 7035,
    run: (server, load) =>
      watchFanOut(server, load, {
        names: NAMES_WATCHED,
        pathOf: (name) => `${WATCH}&fieldSelector=metadata.name%3D${name}`,
        watchersOf: (index) => Math.ceil((WATCHERS - index) / NAMES_WATCHED),
      }),
  },
];

/**
 * A thousand watchers on connections of fifty each, while 32 workers update the objects of `names`; `watchersOf` tells how many of the
 * watchers an object has. Ends with the last delivery.
 */
async function watchFanOut(
  server: BenchServer,
  load: Load,
  options: { readonly names: number; readonly pathOf: (name: string) => string; readonly watchersOf: (index: number) => number },
): Promise<Rate> {
  const { names, pathOf, watchersOf } = options;
  const loads = Array.from({ length: CONNECTIONS }, () => new Load(server.port));
  const deliveries = new LineCount();
  const watch = (index: number): Promise<unknown> =>
    (loads[index % loads.length] ?? load).watch(pathOf(`own-${index % names}`), (chunk) => deliveries.add(chunk));
  await Promise.all(Array.from({ length: WATCHERS }, (_, index) => watch(index)));
  let due = 0;
  const cpuBefore = server.cpu();
  const begun = performance.now();
  await measure({
    workers: WORKERS,
    seconds: SECONDS,
    cpu: () => server.cpu(),
    operation: async (index) => {
      const name = `own-${index % names}`;
      await load.request('PUT', `${NAMESPACE}/configmaps/${name}`, configMap(name, `w${serial++}`));
      due += watchersOf(index % names);
    },
  });
  await deliveries.reached(due);
  const seconds = (performance.now() - begun) / 1000;
  const cpu = (server.cpu() - cpuBefore) / due;
  for (const each of loads) each.close();
  return { perSecond: due / seconds, cpu };
}

/** What the workloads read and change. */
export async function fill(load: Load): Promise<void> {
  for (let start = 0; start < PODS; start += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, offset) => load.request('POST', `${NAMESPACE}/pods`, pod(`pod-${start + offset}`, start + offset))),
    );
  for (let start = 0; start < OWN; start += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, offset) =>
        load.request('POST', `${NAMESPACE}/configmaps`, configMap(`own-${start + offset}`, KILOBYTE)),
      ),
    );
}
