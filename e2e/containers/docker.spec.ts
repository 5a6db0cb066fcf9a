import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fetchTool } from '../../tools/kubectl/fetch.mts';
import { Cluster } from '../testing/cluster';
import { container, makeImage, pod, removeImage, whyNoContainers } from '../testing/containers';

const whyNot = whyNoContainers();
const inKubeSystem = ['--namespace', 'kube-system'] as const;

/** The local port that `kubectl port-forward` says it listens on. */
async function portOf(output: Readable): Promise<string> {
  let text = '';
  for await (const chunk of output.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += chunk.toString();
    const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`kubectl ended, having said: ${text}`);
}

const suite = whyNot === undefined ? describe : describe.skip;
suite(`A cluster with real containers${whyNot === undefined ? '' : ` (not run: ${whyNot})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    makeImage();
    cluster = await Cluster.up('--runtime', 'docker', '--nodes', '2');
  });
  afterAll(async () => {
    await cluster.remove();
    removeImage();
  });

  const phase = (name: string) => () => cluster.kubectl('get', 'pod', name, '-o', 'jsonpath={.status.phase}');

  it('runs a deployment on both nodes, each pod with an address of its own', async () => {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { terminationGracePeriodSeconds: 1, containers: [container('exec /bin/busybox httpd -f -p 8080 -h /bin')] },
    };
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template },
    });
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=90s');
    const addresses = await cluster.kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].status.podIP}');
    expect(new Set(addresses.split(' ')).size).toBe(2);
    const answers = await Promise.all(addresses.split(' ').map((address) => fetch(`http://${address}:8080/busybox`, { method: 'HEAD' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('reaches the pods of a service by its cluster IP, from the host', async () => {
    await cluster.kubectl('expose', 'deployment', 'web', '--port=80', '--target-port=8080');
    const address = await cluster.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
    const status = async () => String((await fetch(`http://${address}/busybox`, { method: 'HEAD' })).status);
    await cluster.until(status, (text) => text === '200');
  });

  it('resolves the names of Services in pods, whole and short, and reaches pods by them', async () => {
    // A resolver as programs have it, and an HTTP client: busybox, linked statically, has none.
    const image = await cluster.kubectl(...inKubeSystem, 'get', 'deployment', 'cluster-dns', '-o', 'jsonpath={..image}');
    const script = `
      for (const name of ['web.default.svc.cluster.local', 'web.default', 'web'])
        console.log(name, (await fetch('http://' + name + '/busybox', { method: 'HEAD' })).status);
      await require('node:dns').promises.lookup('nobody').catch(({ code }) => console.log('nobody', code));`;
    const command = ['/keelson/node', '--input-type=commonjs', '-e', `(async () => {${script}})()`];
    await cluster.apply(pod('asks', { restartPolicy: 'Never', containers: [{ ...container(''), image, command }] }));
    await cluster.until(phase('asks'), (text) => text === 'Succeeded' || text === 'Failed');
    const expected = 'web.default.svc.cluster.local 200\nweb.default 200\nweb 200\nnobody ENOTFOUND\n';
    expect(await cluster.kubectl('logs', 'asks')).toBe(expected);
  });

  it('reaches a Service’s address from a pod, whichever endpoint answers, and the API server’s', async () => {
    await cluster.apply(pod('client', { containers: [container('exec /bin/busybox sleep 600')] }));
    await cluster.kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=60s');
    const fromPod = (script: string) => cluster.kubectl('exec', 'client', '--', '/bin/busybox', 'sh', '-c', script);
    const address = await cluster.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
    const fetchOften = `for i in 1 2 3 4 5 6 7 8; do /bin/busybox timeout 5 /bin/busybox wget -q -O /dev/null http://${address}/busybox && echo got; done`;
    expect(await fromPod(fetchOften)).toBe('got\n'.repeat(8));
    const kubernetes = await cluster.kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}');
    await fromPod(`/bin/busybox timeout 5 /bin/busybox nc ${kubernetes} 443 < /dev/null`);
  });

  it('answers on a node port, from the host and from a pod', async () => {
    await cluster.kubectl('expose', 'deployment', 'web', '--name=web-port', '--type=NodePort', '--port=80', '--target-port=8080');
    const port = await cluster.kubectl('get', 'service', 'web-port', '-o', 'jsonpath={.spec.ports[0].nodePort}');
    const node = await cluster.kubectl('get', 'node', 'node-1', '-o', 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}');
    const status = async () => String((await fetch(`http://${node}:${port}/busybox`, { method: 'HEAD' })).status);
    await cluster.until(status, (text) => text === '200');
    const get = `/bin/busybox timeout 5 /bin/busybox wget -q -O /dev/null http://${node}:${port}/busybox`;
    await cluster.kubectl('exec', 'client', '--', '/bin/busybox', 'sh', '-c', get);
    await cluster.kubectl('delete', 'pod/client', 'service/web-port');
  });

  it('gives a service of type LoadBalancer an address that answers from the host, and takes it away with the service', async () => {
    await cluster.kubectl('expose', 'deployment', 'web', '--name=front', '--type=LoadBalancer', '--port=80', '--target-port=8080');
    const ingress = () => cluster.kubectl('get', 'service', 'front', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}');
    const address = await cluster.until(ingress, (text) => text.startsWith('10.97.0.'));
    const status = async () => String((await fetch(`http://${address}/busybox`, { method: 'HEAD' })).status);
    await cluster.until(status, (text) => text === '200');
    await cluster.kubectl('delete', 'service', 'front', '--timeout=30s');
  });

  it('makes its nodes those of the docker cloud', async () => {
    const ids = () => cluster.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].spec.providerID}');
    expect(await cluster.until(ids, (text) => text.split(' ').length === 2)).toBe('docker://node-1 docker://node-2');
    const node = await cluster.kubectl('get', 'node', 'node-1', '-o', 'yaml');
    expect(node).toContain('node.kubernetes.io/instance-type: docker');
    expect(node).not.toContain('node.cloudprovider.kubernetes.io/uninitialized');
  });

  it('gives a container its config map, as files and as environment', async () => {
    await cluster.kubectl('create', 'configmap', 'settings', '--from-literal=colour=blue');
    const script = 'test "$COLOUR" = blue && test "$(/bin/busybox cat /settings/colour)" = blue';
    await cluster.apply(
      pod('reads-settings', {
        restartPolicy: 'Never',
        containers: [
          {
            ...container(script),
            env: [{ name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } }],
            volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
          },
        ],
        volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
      }),
    );
    expect(await cluster.until(phase('reads-settings'), (text) => text === 'Succeeded' || text === 'Failed')).toBe('Succeeded');
  });

  it('says how a container ended', async () => {
    await cluster.apply(pod('fails', { restartPolicy: 'Never', containers: [container('exit 7')] }));
    await cluster.until(phase('fails'), (text) => text === 'Failed');
    const code = await cluster.kubectl('get', 'pod', 'fails', '-o', 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}');
    expect(code).toBe('7');
  });

  it('shows what a container has printed', async () => {
    await cluster.apply(pod('prints', { restartPolicy: 'Never', containers: [container('echo one; echo two >&2; echo three')] }));
    await cluster.until(phase('prints'), (text) => text === 'Succeeded');
    expect((await cluster.kubectl('logs', 'prints')).split('\n').sort()).toEqual(['', 'one', 'three', 'two']);
    expect(await cluster.kubectl('logs', 'prints', '--tail=1')).toMatch(/^(two|three)\n$/);
    await expect(cluster.kubectl('logs', 'prints', '-c', 'other')).rejects.toThrow('container other is not valid for pod prints');
  });

  it('runs a command in a container and passes its exit code on', async () => {
    await cluster.apply(pod('waits', { containers: [container('exec /bin/busybox sleep 600')] }));
    await cluster.kubectl('wait', 'pod/waits', '--for=condition=Ready', '--timeout=60s');
    const script = '/bin/busybox cat; exit 3';
    const running = cluster.kubectlWithInput('from outside\n', 'exec', '-i', 'waits', '--', '/bin/busybox', 'sh', '-c', script);
    await expect(running).rejects.toMatchObject({ code: 3, stdout: 'from outside\n' });
  });

  const aWebPod = async () => (await cluster.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n')[0] ?? '';

  it('forwards a port to a container, for connection after connection', async () => {
    const forwarding = spawn(fetchTool('kubectl'), ['port-forward', await aWebPod(), ':8080'], { env: cluster.environment });
    try {
      const port = await portOf(forwarding.stdout);
      const sizes = [];
      for (let count = 0; count < 3; count++)
        sizes.push((await (await fetch(`http://127.0.0.1:${port}/busybox`, { keepalive: false })).arrayBuffer()).byteLength);
      expect(sizes[0]).toBeGreaterThan(500_000);
      expect(new Set(sizes).size).toBe(1);
    } finally {
      forwarding.kill();
    }
  });

  it.each(['true', 'false'])('runs a command, and copies files, with WebSockets in kubectl: %s', async (webSockets) => {
    const kubectl = (...args: string[]) => cluster.run(fetchTool('kubectl'), args, { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSockets });
    expect((await kubectl('exec', 'waits', '--', '/bin/busybox', 'seq', '1', '100000')).length).toBe(588_895);
    const failing = kubectl('exec', 'waits', '--', '/bin/busybox', 'sh', '-c', 'echo out; exit 3');
    await expect(failing).rejects.toMatchObject({ code: 3, stdout: 'out\n' });
    const content = randomBytes(300_000);
    await writeFile(join(cluster.folder, 'sent'), content);
    await kubectl('exec', 'waits', '--', '/bin/busybox', 'ln', '-sf', '/bin/busybox', '/bin/tar');
    await kubectl('cp', 'sent', 'waits:/copied');
    await kubectl('cp', 'waits:/copied', 'returned');
    expect((await readFile(join(cluster.folder, 'returned'))).equals(content)).toBe(true);
  });

  it('passes requests on to pods, services and nodes', async () => {
    const name = (await aWebPod()).replace('pod/', '');
    const raw = (path: string) => cluster.kubectl('get', '--raw', `/api/v1/${path}`);
    expect((await raw(`namespaces/default/pods/${name}:8080/proxy/busybox`)).length).toBeGreaterThan(100_000);
    expect((await raw('namespaces/default/services/web:80/proxy/busybox')).length).toBeGreaterThan(100_000);
    await expect(raw(`namespaces/default/pods/${name}:9/proxy/`)).rejects.toThrow('error trying to reach service');
    const node = (await cluster.kubectl('get', 'nodes', '-o', 'name')).split('\n')[0]?.replace('node/', '') ?? '';
    expect(await raw(`nodes/${node}/proxy/healthz`)).toBe('ok');
  });

  it('starts a container again when its liveness probe fails', async () => {
    const probe = { exec: { command: ['/bin/busybox', 'test', '-e', '/alive'] }, periodSeconds: 1, failureThreshold: 1 };
    const spec = { containers: [{ ...container('exec /bin/busybox sleep 600'), livenessProbe: probe }] };
    await cluster.apply(pod('unwell', spec));
    const restarts = () => cluster.kubectl('get', 'pod', 'unwell', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}');
    await cluster.until(restarts, (text) => Number(text) >= 1);
    await cluster.kubectl('delete', 'pod', 'unwell', '--timeout=60s');
  });

  it('keeps its containers when the kubelets are killed, and leaves none when it is deleted', async () => {
    const running = () => execFileSync('docker', ['ps', '-q', '--no-trunc'], { encoding: 'utf8' }).trim().split('\n').sort();
    const before = running();
    for (const [name, pid] of await cluster.daemons()) if (name.startsWith('kubelet')) process.kill(pid, 'SIGKILL');
    await cluster.apply(pod('later', { restartPolicy: 'Never', containers: [container('exit 0')] }));
    await cluster.until(phase('later'), (text) => text === 'Succeeded');
    expect(running()).toEqual(expect.arrayContaining(before));
    const uids = (await cluster.kubectl('get', 'pods', '-A', '-o', 'jsonpath={.items[*].metadata.uid}')).split(' ');
    const logs = () => readdirSync('/var/log/pods').filter((entry) => uids.some((uid) => entry.endsWith(`_${uid}`)));
    expect(logs()).toHaveLength(uids.length);
    const ofOthers = '/var/log/pods/default_web_of-another-cluster';
    mkdirSync(ofOthers);
    await cluster.keelson('down', '--delete');
    expect(running().filter((id) => before.includes(id))).toEqual([]);
    expect(logs()).toEqual([]);
    rmdirSync(ofOthers);
  });
});
