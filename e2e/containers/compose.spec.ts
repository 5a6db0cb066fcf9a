import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComposeCluster, composeCommand } from '../testing/compose-cluster';
import { ensureDebianImage, reasonForNoDebianImage } from '../testing/debian-image';
import { SteadyWriter } from '../testing/steady-writer';

const IMAGE = 'keelson-e2e/compose-busybox:1';
const WRITERS = 6;
const whyNot = reasonNotToRun();

/** @returns undefined if the whole of deploy/docker-compose can run here */
function reasonNotToRun(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  if (spawnSync('docker', ['version']).status !== 0) return 'Docker does not answer';
  if (composeCommand() === undefined) return 'docker-compose is not installed';
  if (spawnSync('busybox', ['true']).status !== 0) return 'busybox is not installed';
  return reasonForNoDebianImage();
}

/** An image of nothing but this machine's busybox, which is linked statically. */
function makeImage(): void {
  const busybox = execFileSync('sh', ['-c', 'readlink -f "$(command -v busybox)"'], { encoding: 'utf8' }).trim();
  const layer = execFileSync('tar', ['-c', '-C', '/', '--transform', 's,.*,bin/busybox,', busybox.slice(1)], { maxBuffer: 2 ** 26 });
  execFileSync('docker', ['import', '-', IMAGE], { input: layer });
}

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: IMAGE, command: ['/bin/busybox', 'httpd', '-f', '-p', '8080', '-h', '/bin'] }],
      },
    },
  },
};

const suite = whyNot === undefined ? describe : describe.skip;
suite(`The cluster of docker-compose${whyNot === undefined ? '' : ` (not run: ${whyNot})`}`, () => {
  let cluster: ComposeCluster;
  beforeAll(async () => {
    ensureDebianImage();
    makeImage();
    cluster = await ComposeCluster.up();
  });
  afterAll(async () => {
    await cluster.remove();
    execFileSync('docker', ['rmi', '--force', IMAGE]);
  });

  const apiserverAddresses = async (): Promise<string> =>
    (await cluster.kubectl('get', 'endpoints', 'kubernetes', '-o', 'jsonpath={.subsets[*].addresses[*].ip}')).split(' ').sort().join(' ');

  /** The addresses of the containers that run. */
  const containerAddresses = async (): Promise<string> => {
    const ids = await cluster.containers('kube-apiserver');
    const addresses = await cluster.docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', ...ids);
    return addresses.split('\n').sort().join(' ');
  };

  /** Ids of the containers of pods that run. */
  const podContainers = async (): Promise<readonly string[]> =>
    (await cluster.docker('ps', '--quiet', '--no-trunc', '--filter', 'label=io.keelson.node=node-1')).split('\n');

  it('runs a workload behind a Service, whose address answers to this machine', async () => {
    await cluster.until(
      () => cluster.kubectl('get', 'node', 'node-1', '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'),
      (text) => text === 'True',
    );
    await cluster.apply(web);
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await cluster.kubectl('expose', 'deployment', 'web', '--type=LoadBalancer', '--port=80', '--target-port=8080');
    const ingress = () => cluster.kubectl('get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}');
    const address = await cluster.until(ingress, (text) => /^[\d.]+$/.test(text));
    const status = async () => String((await fetch(`http://${address}/busybox`, { method: 'HEAD' })).status);
    await cluster.until(status, (text) => text === '200');
  });

  it('gives a pod its token, and lets it reach the API by the kubernetes Service', async () => {
    const [pod = ''] = (await cluster.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n');
    const inPod = (script: string) => cluster.kubectl('exec', pod, '--', '/bin/busybox', 'sh', '-c', script);
    expect(await inPod('/bin/busybox cat /var/run/secrets/kubernetes.io/serviceaccount/namespace')).toBe('default');
    // A TLS server answers plain HTTP with an error, or closes; nobody there would be a refused connection or none at all.
    const dial = '/bin/busybox nc -w 5 10.96.0.1 443 </dev/null && echo reached';
    expect(await inPod(dial)).toContain('reached');
    const addresses = await containerAddresses();
    await cluster.until(apiserverAddresses, (text) => text === addresses);
  });

  it("resolves a Service's name in a pod by the DNS that the addon manager has put there, and reaches it", async () => {
    await cluster.kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/cluster-dns', '--timeout=90s');
    // A resolver as programs have it: busybox, linked statically, has none.
    const image = await cluster.kubectl('-n', 'kube-system', 'get', 'deployment', 'cluster-dns', '-o', 'jsonpath={..image}');
    const script = `(async () => {
      for (const name of ['web', 'web.default.svc.cluster.local'])
        console.log(name, (await fetch('http://' + name + '/busybox', { method: 'HEAD' })).status);
      await require('node:dns').promises.lookup('nobody').catch(({ code }) => console.log('nobody', code));
    })()`;
    const command = ['/keelson/node', '--input-type=commonjs', '-e', script];
    const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image, command }] };
    await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'asks' }, spec });
    const phase = () => cluster.kubectl('get', 'pod', 'asks', '-o', 'jsonpath={.status.phase}');
    await cluster.until(phase, (text) => text === 'Succeeded' || text === 'Failed');
    expect(await cluster.kubectl('logs', 'asks')).toBe('web 200\nweb.default.svc.cluster.local 200\nnobody ENOTFOUND\n');
  });

  it('loses no acknowledged write when an apiserver is killed, and its clients go on', async () => {
    const writers = await startWriters();
    const written = () => Promise.resolve(String(Math.min(...writers.map(({ acknowledged }) => acknowledged.length))));
    await cluster.until(written, (text) => Number(text) >= 20);
    const [victim = ''] = await cluster.containers('kube-apiserver');
    await cluster.docker('kill', victim);
    await cluster.until(
      () => Promise.resolve(String(failuresOf(writers))),
      (text) => Number(text) > 0,
    );
    const before = writers.map(({ acknowledged }) => acknowledged.length);
    const progress = () =>
      Promise.resolve(String(Math.min(...writers.map(({ acknowledged }, index) => acknowledged.length - (before[index] ?? 0)))));
    await cluster.until(progress, (text) => Number(text) >= 20);
    await Promise.all(writers.map((writer) => writer.stop()));
    const names = await cluster.kubectl('get', 'configmaps', '-l', 'writer=steady', '-o', 'jsonpath={.items[*].metadata.name}');
    const stored = new Set(names.split(' '));
    expect(writers.flatMap(({ acknowledged }) => acknowledged).filter((name) => !stored.has(name))).toEqual([]);
    await cluster.until(apiserverAddresses, (text) => text.split(' ').length === 1);
    expect(await apiserverAddresses()).toBe(await containerAddresses());
  });

  it('serves from as many apiservers as it is scaled to', async () => {
    const before = await cluster.containers('kube-apiserver');
    await cluster.compose('up', '-d', '--no-recreate', '--scale', 'kube-apiserver=3', 'kube-apiserver');
    await cluster.until(apiserverAddresses, (text) => text.split(' ').length === 3);
    expect(await apiserverAddresses()).toBe(await containerAddresses());
    // What is answered now, the new ones answer.
    await cluster.docker('kill', ...before);
    const scale = () => cluster.kubectl('scale', 'deployment', 'web', '--replicas=3', '--timeout=5s');
    await cluster.until(scale, (text) => text.includes('scaled'));
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });

  it.each([
    ['etcd is', 'etcd', 4],
    ['all of it is', undefined, 5],
  ])('keeps its pods and comes back by itself when %s restarted', async (_, service, replicas) => {
    const before = await podContainers();
    await cluster.compose('restart', ...(service === undefined ? [] : [service]));
    await cluster.until(
      () => cluster.kubectl('scale', 'deployment', 'web', `--replicas=${replicas}`, '--timeout=5s'),
      (text) => text.includes('scaled'),
    );
    await cluster.until(
      () => cluster.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}'),
      (text) => text === String(replicas),
    );
    expect(await podContainers()).toEqual(expect.arrayContaining([...before]));
  });

  it('leaves nothing of itself on the machine', async () => {
    await cluster.down();
    const label = `label=com.docker.compose.project=${cluster.project}`;
    for (const what of ['container', 'volume', 'network'])
      expect(await cluster.docker(what, 'ls', '--quiet', ...(what === 'container' ? ['--all'] : []), '--filter', label)).toBe('');
    expect(await cluster.docker('ps', '--all', '--quiet', '--filter', 'label=io.keelson.node=node-1')).toBe('');
    expect(await cluster.docker('network', 'ls', '--quiet', '--filter', 'name=keelson0')).toBe('');
    expect(await cluster.docker('images', '--quiet', 'keelson/*:local')).toBe('');
    expect(existsSync(join(cluster.folder, 'kubelet'))).toBe(false);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(cluster.folder);
    expect(execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' })).not.toContain('kube-proxy');
  });

  async function startWriters(): Promise<readonly SteadyWriter[]> {
    const config = JSON.parse(await cluster.kubectl('config', 'view', '--raw', '-o', 'json')) as {
      clusters: [{ cluster: { 'certificate-authority-data': string } }];
      users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
    };
    const decode = (text: string): string => Buffer.from(text, 'base64').toString();
    const [{ user }] = config.users;
    const tls = {
      ca: decode(config.clusters[0].cluster['certificate-authority-data']),
      cert: decode(user['client-certificate-data']),
      key: decode(user['client-key-data']),
    };
    const writers = Array.from({ length: WRITERS }, (_, index) => new SteadyWriter({ name: `writer-${index}`, port: cluster.port, tls }));
    for (const writer of writers) writer.start();
    return writers;
  }
});

const failuresOf = (writers: readonly SteadyWriter[]): number => writers.reduce((sum, { failures }) => sum + failures, 0);
