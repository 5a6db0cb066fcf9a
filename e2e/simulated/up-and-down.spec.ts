import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../testing/cluster';

describe('A cluster that keelson up has started', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow')));
  afterAll(() => cluster.remove());

  it.each([
    ['its supervisor is killed', (name: string) => name === 'supervisor'],
    ['all its processes are killed at once', () => true],
  ])('is resumed by keelson up with all it knows after %s', async (_, isVictim) => {
    await cluster.kubectl('create', 'configmap', 'survivor', '--from-literal=colour=green');
    const before = await cluster.daemons();
    for (const [name, pid] of before) if (isVictim(name)) process.kill(pid, 'SIGKILL');
    await cluster.keelson('up');
    const after = await cluster.daemons();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect([...before.values()].filter(isRunning)).toEqual([]);
    expect(await cluster.kubectl('get', 'configmap', 'survivor', '-o', 'jsonpath={.data.colour}')).toBe('green');
    await cluster.kubectl('delete', 'configmap', 'survivor');
  });

  it('is found and stopped though its supervisor was killed and its state file is damaged', async () => {
    const before = await cluster.daemons();
    process.kill(before.get('supervisor') ?? 0, 'SIGKILL');
    writeFileSync(join(cluster.home, 'state.json'), 'damaged');
    await cluster.keelson('down');
    expect([...before.values()].filter(isRunning)).toEqual([]);
    await cluster.keelson('up');
  });

  it('is started once by two that start it at once', async () => {
    await cluster.keelson('down');
    const outcomes = await Promise.allSettled([cluster.keelson('up'), cluster.keelson('up')]);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(refusals.length).toBeLessThan(2);
    for (const refusal of refusals) expect(refusal).toMatch(/another keelson \(pid \d+\) is starting or stopping the cluster/);
    expect((await cluster.daemons()).size).toBe(5);
  });

  it('leaves neither its folder nor a process when it is deleted', async () => {
    const pids = [...(await cluster.daemons()).values()];
    await cluster.keelson('down', '--delete');
    expect(existsSync(cluster.home)).toBe(false);
    expect(pids.filter(isRunning)).toEqual([]);
  });
});

/** Whoever adopts a process that has ended may let it wait as a zombie. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
