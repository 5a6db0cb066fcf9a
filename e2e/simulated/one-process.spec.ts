import { readFileSync } from 'node:fs';
import { Cluster } from '../testing/cluster';

const NODES = 500;
const PODS = 5000;
const DEPLOYMENTS = 10;

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.up('--one-process', '--nodes', String(NODES))));
afterAll(() => cluster.remove());

/** Resident memory of a process in mebibytes. */
function residentMebibytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('A cluster in one process', () => {
  it(`has ${NODES} Ready nodes and runs ${PODS} pods on them`, async () => {
    const replicas = PODS / DEPLOYMENTS;
    const deployment = (name: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default' },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'example.org/web:1' }] } },
      },
    });
    await cluster.apply(...Array.from({ length: DEPLOYMENTS }, (_, index) => deployment(`web-${index}`)));
    const whole = `--for=jsonpath={.status.readyReplicas}=${replicas}`;
    await cluster.kubectl('wait', 'deployments', '--all', whole, '--timeout=170s');
    const names = await cluster.kubectl('get', 'pods', '--field-selector=status.phase=Running', '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(names.split(' ')).toHaveLength(PODS);
    expect(new Set(names.split(' ')).size).toBe(NODES);
  });

  it('resumes with its objects after it was killed', async () => {
    const pids = await cluster.daemons();
    expect([...pids.keys()].sort()).toEqual(['cluster', 'supervisor']);
    for (const pid of pids.values()) process.kill(pid, 'SIGKILL');
    await cluster.keelson('up');
    expect((await cluster.kubectl('get', 'pods', '-o', 'name')).trim().split('\n')).toHaveLength(PODS);
  });

  it('is small when there is little in it', async () => {
    await cluster.keelson('down', '--delete');
    await cluster.keelson('up', '--one-process');
    expect(residentMebibytes((await cluster.daemons()).get('cluster') ?? 0)).toBeLessThan(200);
  });
});
