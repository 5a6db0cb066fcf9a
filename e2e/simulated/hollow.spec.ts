import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../testing/cluster';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '3')));
afterAll(() => cluster.remove());

const wholeDeployment = (name: string, replicas: number) => () =>
  cluster.kubectl('get', 'deployment', name, '-o', `jsonpath={.status.readyReplicas}/${replicas}`);

describe('A cluster of simulated nodes', () => {
  it('shows its nodes as Ready', async () => {
    const nodes = await cluster.kubectl('get', 'nodes', '--no-headers');
    expect(nodes.trim().split('\n')).toHaveLength(3);
    expect(nodes.match(/ Ready /g)).toHaveLength(3);
  });

  it('rolls a deployment out, over to another image, and back', async () => {
    await cluster.kubectl('create', 'deployment', 'web', '--image=example.org/web:1', '--replicas=4');
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await cluster.kubectl('set', 'image', 'deployment/web', 'web=example.org/web:2');
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await cluster.kubectl('rollout', 'undo', 'deployment/web');
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const image = await cluster.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    expect(image).toBe('example.org/web:1');
  });

  it('spreads the pods of a deployment over its nodes', async () => {
    await cluster.kubectl('create', 'deployment', 'spread', '--image=example.org/web:1', '--replicas=6');
    await cluster.until(wholeDeployment('spread', 6), (text) => text === '6/6');
    const nodes = await cluster.kubectl('get', 'pods', '-l', 'app=spread', '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(new Set(nodes.split(' ')).size).toBe(3);
  });

  it('gives a service an address and lists the pods behind it', async () => {
    await cluster.kubectl('create', 'deployment', 'served', '--image=example.org/web:1', '--replicas=2');
    await cluster.kubectl('expose', 'deployment', 'served', '--port=80');
    expect(await cluster.kubectl('get', 'service', 'served', '-o', 'jsonpath={.spec.clusterIP}')).toMatch(/^10\.96\./);
    const slices = () => cluster.kubectl('get', 'endpointslices', '-l', 'kubernetes.io/service-name=served', '-o', 'json');
    await cluster.until(slices, (text) => (text.match(/"ready": true/g) ?? []).length === 2);
  });

  it('deletes a namespace with all that is in it', async () => {
    await cluster.kubectl('create', 'namespace', 'brief');
    await cluster.kubectl('create', 'deployment', 'web', '--image=example.org/web:1', '-n', 'brief');
    await cluster.kubectl('delete', 'namespace', 'brief', '--timeout=60s');
    await expect(cluster.kubectl('get', 'namespace', 'brief')).rejects.toThrow('NotFound');
  });

  it('refuses an object that is not valid, and says what is wrong with it', async () => {
    const creating = cluster.kubectl('create', 'deployment', 'Not_Valid', '--image=example.org/web:1');
    await expect(creating).rejects.toThrow(/metadata.name: Invalid value/);
  });

  it('keeps what it knows when every daemon is killed, and goes on', async () => {
    await cluster.kubectl('create', 'configmap', 'kept', '--from-literal=colour=blue');
    const before = await cluster.daemons();
    expect(before.size).toBeGreaterThanOrEqual(4);
    for (const [name, pid] of before) if (name !== 'supervisor') process.kill(pid, 'SIGKILL');
    const colour = () => cluster.kubectl('get', 'configmap', 'kept', '-o', 'jsonpath={.data.colour}');
    await cluster.until(colour, (text) => text === 'blue');
    await cluster.kubectl('create', 'deployment', 'after', '--image=example.org/web:1', '--replicas=2');
    await cluster.until(wholeDeployment('after', 2), (text) => text === '2/2');
  });

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

  it('resumes with its objects after it was stopped', async () => {
    await cluster.kubectl('create', 'configmap', 'resumed', '--from-literal=colour=red');
    await cluster.keelson('down');
    expect((await cluster.daemons()).size).toBe(0);
    await cluster.keelson('up');
    expect(await cluster.kubectl('get', 'configmap', 'resumed', '-o', 'jsonpath={.data.colour}')).toBe('red');
  });

  it('takes a Helm chart in, upgrades it and takes it out', async () => {
    await cluster.helm('create', 'chart');
    const flags = ['--server-side=false', '--wait', '--timeout', '60s'];
    await cluster.helm('install', 'site', 'chart', ...flags);
    await cluster.helm('upgrade', 'site', 'chart', '--set', 'replicaCount=3', ...flags);
    expect(await cluster.helm('list')).toMatch(/site\s+default\s+2\s.*deployed/);
    await cluster.helm('uninstall', 'site', '--wait', '--timeout', '60s');
    await cluster.until(
      () => cluster.kubectl('get', 'deployments,services', '-l', 'app.kubernetes.io/instance=site', '-o', 'name'),
      (text) => text === '',
    );
  });
});

/** Whoever adopts a process that has ended may let it wait as a zombie. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

describe('keelson down --delete', () => {
  it('leaves neither the folder nor a process', async () => {
    const pids = [...(await cluster.daemons()).values()];
    await cluster.keelson('down', '--delete');
    expect(existsSync(cluster.home)).toBe(false);
    expect(pids.filter(isRunning)).toEqual([]);
  });
});
