import { Cluster } from '../testing/cluster';

describe('A cluster of simulated nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.up('--runtime', 'hollow', '--nodes', '3')));
  afterAll(() => cluster.remove());

  const wholeDeployment = (name: string, replicas: number) => () =>
    cluster.kubectl('get', 'deployment', name, '-o', `jsonpath={.status.readyReplicas}/${replicas}`);

  it('shows its nodes as Ready', async () => {
    const nodes = await cluster.kubectl('get', 'nodes', '--no-headers');
    expect(nodes.trim().split('\n')).toHaveLength(3);
    expect(nodes.match(/ Ready /g)).toHaveLength(3);
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
