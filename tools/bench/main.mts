/** `npm run bench [lmdb|etcd|scheduler ...]`: what a kube-apiserver of its own does in a second on each store, and a kube-scheduler. */
import { Load } from './load.mts';
import { benchScheduling } from './scheduling.mts';
import { startServer, type StoreKind } from './server.mts';
import { fill, PODS, workloads } from './workloads.mts';

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;

async function bench(store: StoreKind): Promise<void> {
  const server = await startServer(store);
  try {
    console.log(`\n${store}: ready ${server.readyAfter.toFixed(0)} ms after its start, ${megabytes(server.memory())} idle`);
    const load = new Load(server.port);
    await fill(load);
    console.log(`${PODS} pods: ${megabytes(server.memory())}\n`);
    console.log(`${'operation'.padEnd(54)}${'per s'.padStart(9)}${'ms CPU'.padStart(9)}${'upstream'.padStart(10)}${'ratio'.padStart(8)}`);
    for (const workload of workloads) {
      const { cpu, perSecond } = await workload.run(server, load);
      const ratio = workload.upstream === undefined ? '' : `${(perSecond / workload.upstream).toFixed(1)}×`;
      console.log(
        `${workload.name.padEnd(54)}${perSecond.toFixed(0).padStart(9)}${cpu.toFixed(3).padStart(9)}${String(workload.upstream ?? '').padStart(10)}${ratio.padStart(8)}`,
      );
    }
    console.log(`\nafter the load: ${megabytes(server.memory())}`);
    load.close();
  } finally {
    await server.stop();
  }
}

const STORES: readonly StoreKind[] = ['lmdb', 'etcd'];
const chosen = process.argv.slice(2);
for (const store of STORES) if (chosen.length === 0 || chosen.includes(store)) await bench(store);
if (chosen.length === 0 || chosen.includes('scheduler')) await benchScheduling();
