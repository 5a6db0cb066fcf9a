import { Cluster } from '../testing/cluster';
import { describeOnEachStore } from '../testing/stores';

describeOnEachStore('A cluster', (store) => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '3', '--store', store)));
  afterAll(() => cluster.remove());

  const wholeDeployment = (name: string, replicas: number) => () =>
    cluster.kubectl('get', 'deployment', name, '-o', `jsonpath={.status.readyReplicas}/${replicas}`);

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

  it('keeps what it knows when every daemon is killed, and goes on', async () => {
    await cluster.kubectl('create', 'configmap', 'kept', '--from-literal=colour=blue');
    const before = await cluster.daemons();
    expect(before.size).toBeGreaterThanOrEqual(4);
    for (const [name, pid] of before) if (name !== 'supervisor') process.kill(pid, 'SIGKILL');
    const colour = () => cluster.kubectl('get', 'configmap', 'kept', '-o', 'jsonpath={.data.colour}');
    await cluster.until(colour, (text) => text === 'blue');
    expect((await cluster.daemons()).has('etcd')).toBe(store === 'etcd');
    await cluster.kubectl('create', 'deployment', 'after', '--image=example.org/web:1', '--replicas=2');
    await cluster.until(wholeDeployment('after', 2), (text) => text === '2/2');
  });

  it('resumes with its objects after it was stopped', async () => {
    await cluster.kubectl('create', 'configmap', 'resumed', '--from-literal=colour=red');
    await cluster.keelson('down');
    expect((await cluster.daemons()).size).toBe(0);
    await cluster.keelson('up');
    expect(await cluster.kubectl('get', 'configmap', 'resumed', '-o', 'jsonpath={.data.colour}')).toBe('red');
  });
});
