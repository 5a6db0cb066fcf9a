import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '../testing/cluster';
import { container, IMAGE, makeImage, pod, removeImage, whyNoContainers } from '../testing/containers';
import { everyKubectl } from '../testing/kubectls';

const RUN = 'exec /bin/sleep 600';

const whyNot = whyNoContainers();
const suite = whyNot === undefined ? describe : describe.skip;
suite(`Pods of real containers${whyNot === undefined ? '' : ` (not run: ${whyNot})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    makeImage();
    cluster = await Cluster.up('--runtime', 'docker');
  });
  afterAll(async () => {
    await cluster.remove();
    removeImage();
  });

  const field = (object: string, jsonpath: string) => () => cluster.kubectl('get', object, '-o', `jsonpath={${jsonpath}}`);
  const ready = (name: string) => cluster.kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');

  it('start a killed container again, and wait longer each time that it ends', async () => {
    await cluster.apply(pod('killed', { containers: [container(RUN)] }), pod('crashes', { containers: [container('exit 1')] }));
    await ready('killed');
    const id = (await field('pod/killed', '.status.containerStatuses[0].containerID')()).replace('docker://', '');
    execFileSync('docker', ['kill', id]);
    await cluster.until(field('pod/killed', '.status.containerStatuses[0].restartCount'), (text) => text === '1');
    await ready('killed');
    await cluster.until(field('pod/crashes', '.status.containerStatuses[0].state.waiting.reason'), (text) => text === 'CrashLoopBackOff');
    expect(await cluster.kubectl('get', 'events', '--field-selector=involvedObject.name=crashes')).toContain(
      'Back-off restarting failed container',
    );
  });

  it('leave the endpoints of their Service while they are not ready', async () => {
    const readinessProbe = { exec: { command: ['/bin/cat', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 1 };
    await cluster.apply(pod('probed', { containers: [{ ...container(`echo > /tmp/ready; ${RUN}`), readinessProbe }] }, { app: 'probed' }));
    await cluster.kubectl('expose', 'pod', 'probed', '--port=80');
    const isReady = () =>
      cluster.kubectl(
        'get',
        'endpointslices',
        '-l',
        'kubernetes.io/service-name=probed',
        '-o',
        'jsonpath={.items[*].endpoints[*].conditions.ready}',
      );
    await cluster.until(isReady, (text) => text === 'true');
    await cluster.kubectl('exec', 'probed', '--', '/bin/busybox', 'rm', '/tmp/ready');
    await cluster.until(isReady, (text) => text === 'false');
    expect(await field('pod/probed', '.status.phase')()).toBe('Running');
  });

  it('see a change of a ConfigMap in the file that is mounted from it', async () => {
    await cluster.kubectl('create', 'configmap', 'settings', '--from-literal=colour=blue');
    await cluster.apply(
      pod('mounts', {
        containers: [{ ...container(RUN), volumeMounts: [{ name: 'settings', mountPath: '/settings' }] }],
        volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
      }),
    );
    await ready('mounts');
    const colour = () => cluster.kubectl('exec', 'mounts', '--', '/bin/cat', '/settings/colour');
    expect(await colour()).toBe('blue');
    await cluster.kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"colour":"red"}}');
    await cluster.until(colour, (text) => text === 'red');
  });

  it('run init containers before and sidecars beside their main container', async () => {
    const init = { ...container('echo from-init > /shared/file'), name: 'init' };
    const sidecar = { ...container(`cat /shared/file > /shared/copy; ${RUN}`), name: 'sidecar', restartPolicy: 'Always' };
    const main = container('until test -s /shared/copy; do /bin/sleep 0.1; done; cat /shared/copy');
    const mounted = [init, sidecar, main].map((each) => ({ ...each, volumeMounts: [{ name: 'shared', mountPath: '/shared' }] }));
    await cluster.apply(
      pod('staged', {
        restartPolicy: 'Never',
        initContainers: mounted.slice(0, 2),
        containers: mounted.slice(2),
        volumes: [{ name: 'shared', emptyDir: {} }],
      }),
    );
    await cluster.until(field('pod/staged', '.status.phase'), (text) => text === 'Succeeded');
    expect(await cluster.kubectl('logs', 'staged', '-c', 'main')).toBe('from-init\n');
  });

  it('come from a folder of manifests too, show as mirror pods and survive their deletion', async () => {
    const folder = join(cluster.home, 'data/kubelet-node-1/manifests');
    await mkdir(folder);
    const manifest = join(folder, 'static.json');
    await writeFile(manifest, JSON.stringify(pod('static', { containers: [container(RUN)] })));
    await cluster.until(field('pod/static-node-1', '.status.phase'), (text) => text === 'Running');
    const container0 = field('pod/static-node-1', '.status.containerStatuses[0].containerID');
    const before = await container0();
    await cluster.kubectl('delete', 'pod', 'static-node-1', '--timeout=60s');
    expect(await cluster.until(container0, (text) => text.startsWith('docker://'))).toBe(before);
    await rm(manifest);
    await cluster.until(container0, (text) => text.includes('NotFound'));
  });

  describe.each(everyKubectl())('by kubectl $version', ({ path, version }) => {
    const name = `talks-${version.replace(/[^a-z0-9]/g, '-')}`;
    const kubectl = (...args: readonly string[]): Promise<string> => cluster.run(path, args);
    /** Under a terminal, which is what script(1) gives to what it runs. */
    const onTerminal = (command: string, input: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = spawn('script', ['-qec', `${path} ${command}`, '/dev/null'], {
          env: cluster.environment,
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.on('error', reject);
        child.on('exit', () => resolve(output));
        child.stdin.end(input);
      });
    beforeAll(async () => {
      await cluster.apply(
        pod(name, {
          containers: [
            container('/bin/busybox httpd -p 8080 -h /bin; while read line; do echo "heard $line"; done; exec /bin/sleep 600'),
          ].map((each) => ({ ...each, stdin: true })),
        }),
      );
      await ready(name);
    });
    afterAll(() => cluster.kubectl('delete', 'pod', name, '--wait=false'));

    it('run commands, with and without a terminal', async () => {
      expect(await kubectl('exec', name, '--', '/bin/busybox', 'echo', 'hello')).toBe('hello\n');
      await expect(kubectl('exec', name, '--', '/bin/sh', '-c', 'exit 5')).rejects.toMatchObject({ code: 5 });
      expect(await onTerminal(`exec -it ${name} -- /bin/busybox tty`, '')).toContain('/dev/pts/');
    });

    it('are run, watched and removed in one command', async () => {
      const once = `${name}-once`;
      const command = `run ${once} --rm -it --image=${IMAGE} --image-pull-policy=Never --restart=Never --command -- /bin/sh -c 'read line; echo heard $line'`;
      expect(await onTerminal(command, 'me\n')).toContain('heard me');
      await expect(cluster.kubectl('get', 'pod', once)).rejects.toThrow('NotFound');
    });

    it('are looked into by an ephemeral container that sees the processes of its target', async () => {
      const output = await onTerminal(`debug ${name} -it -c shell --image=${IMAGE} --target=main -- /bin/sh`, '/bin/busybox ps; exit 3\n');
      expect(output).toContain('/bin/busybox httpd');
      const ended = field(`pod/${name}`, '.status.ephemeralContainerStatuses[?(@.name=="shell")].state.terminated.exitCode');
      await cluster.until(ended, (text) => text === '3');
      await ready(name);
    });

    it('take and give files', async () => {
      const [there, back] = [join(cluster.folder, `${name}-there`), join(cluster.folder, `${name}-back`)];
      await writeFile(there, 'x'.repeat(300_000));
      await kubectl('cp', there, `${name}:/tmp/file`);
      await kubectl('cp', `${name}:/tmp/file`, back);
      expect((await readFile(back)).equals(await readFile(there))).toBe(true);
    });

    it('are reached through a forwarded port', async () => {
      const forwarding = spawn(path, ['port-forward', `pod/${name}`, ':8080', '--address=127.0.0.1'], {
        env: cluster.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const port = await new Promise<string>((resolve) =>
          forwarding.stdout.on('data', (chunk: Buffer) => {
            const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
            if (found !== undefined) resolve(found);
          }),
        );
        const answers = await Promise.all([1, 2, 3].map(() => fetch(`http://127.0.0.1:${port}/busybox`)));
        expect(await Promise.all(answers.map(async (answer) => (await answer.arrayBuffer()).byteLength > 100_000))).toEqual([
          true,
          true,
          true,
        ]);
      } finally {
        forwarding.kill();
      }
    });

    it('are attached to, and their output followed', async () => {
      const following = spawn(path, ['logs', '-f', name], { env: cluster.environment, stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        const heard = new Promise<void>((resolve) =>
          following.stdout.on('data', (chunk: Buffer) => {
            if (chunk.includes('heard me')) resolve();
          }),
        );
        const attached = spawn(path, ['attach', '-i', name], { env: cluster.environment, stdio: ['pipe', 'ignore', 'ignore'] });
        attached.stdin.write('me\n');
        await heard;
        attached.kill();
      } finally {
        following.kill();
      }
    });
  });
});
