import Docker from 'dockerode';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { pack } from 'tar-stream';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import type { SandboxConfig } from '../container-runtime';
import { containerConfig } from '../testing/container-config';
import { DockerRuntime } from './docker-runtime';
import { removePodNetwork } from './pod-network';

const SOCKET = '/var/run/docker.sock';
const BUSYBOX = '/bin/busybox';
const IMAGE = `keelson/net-spec-${process.pid}:1`;
const NETWORK = { name: `kspec${process.pid}`, subnet: '10.251.0.0/16' };
const TABLE = `keelson_spec_${process.pid}`;
const VIP = '10.252.0.1';

const missing = [SOCKET, BUSYBOX, '/usr/sbin/nft'].filter((path) => !existsSync(path));
const run = promisify(execFile);

const nodes = [1, 2].map((n) => {
  const node = `net-spec-${process.pid}-${n}`;
  return {
    runtime: new DockerRuntime({
      docker: new Docker({ socketPath: SOCKET }),
      node,
      network: NETWORK,
      clock: systemClock,
      log: silentLogger,
    }),
    podCIDR: `10.251.${n}.0/24`,
  };
});

async function importBusybox(docker: Docker): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'bin', type: 'directory', mode: 0o755 });
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX));
  tar.entry({ name: 'bin/sh', type: 'symlink', linkname: 'busybox' });
  tar.finalize();
  const [repo, tag] = IMAGE.split(':');
  await text(await docker.importImage(Readable.from(tar), { repo, tag }));
}

const sandboxOf = (name: string): SandboxConfig => ({
  pod: { namespace: 'default', name, uid: `${name}-${process.pid}` },
  attempt: 0,
  hostname: name,
  portMappings: [],
  labels: {},
  annotations: {},
  logDirectory: `/tmp/keelson-net-spec-${process.pid}/${name}`,
  linux: { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false, sysctls: {} },
});

/** Answers with the address that its caller has. */
const SERVER = 'while true; do busybox nc -ll -p 80 -e /bin/sh -c \'echo "$(busybox netstat -tn | busybox grep :80)"\'; done';

const containerOf = (script: string) => containerConfig(IMAGE, { command: ['/bin/sh', '-c', script] });

const describeHere = missing.length === 0 && process.getuid?.() === 0 ? describe : describe.skip;

describeHere(`the pod network on Docker (needs root, ${SOCKET}, ${BUSYBOX} and nft)`, () => {
  jest.setTimeout(30_000);
  const docker = new Docker({ socketPath: SOCKET });
  const pods: { readonly runtime: DockerRuntime; readonly sandboxId: string; readonly id: string; readonly ip: string }[] = [];

  beforeAll(async () => {
    await importBusybox(docker);
    for (const [index, { runtime, podCIDR }] of nodes.entries()) {
      await runtime.setPodCIDR(podCIDR);
      const sandbox = sandboxOf(`pod-${index}`);
      const sandboxId = await runtime.runSandbox(sandbox);
      const id = await runtime.createContainer(sandboxId, containerOf(SERVER), sandbox);
      await runtime.startContainer(id);
      const [found] = await runtime.sandboxes({ podUid: sandbox.pod.uid });
      pods.push({ runtime, sandboxId, id, ip: found?.ips[0] ?? '' });
    }
    const [, second] = pods;
    // As kube-proxy does: the Service's address becomes the pod's, and a pod that calls itself is masqueraded.
    await nft(`
      table ip ${TABLE} {
        chain pre { type nat hook prerouting priority -100; ip daddr ${VIP} tcp dport 80 dnat to ${second!.ip}; }
        chain out { type nat hook output priority -100; ip daddr ${VIP} tcp dport 80 dnat to ${second!.ip}; }
        chain post { type nat hook postrouting priority 100; ip saddr ${second!.ip} ip daddr ${second!.ip} masquerade; }
      }`);
  });

  afterAll(async () => {
    await nft(`add table ip ${TABLE}; delete table ip ${TABLE}`);
    for (const { runtime, sandboxId } of pods) {
      await runtime.stopSandbox(sandboxId);
      await runtime.removeSandbox(sandboxId);
    }
    await removePodNetwork(NETWORK);
    await docker.getImage(IMAGE).remove({ force: true });
    await run('rm', ['-rf', `/tmp/keelson-net-spec-${process.pid}`]);
  });

  const nft = async (script: string): Promise<void> => {
    const child = run('nft', ['-f', '-']);
    child.child.stdin?.end(script);
    await child;
  };

  const fromPod = async (index: number, address: string): Promise<string> => {
    const stdout = new PassThrough();
    const output = text(stdout);
    const { runtime, id } = pods[index]!;
    const command = ['/bin/sh', '-c', `until busybox nc -w 5 ${address} 80 </dev/null; do :; done`];
    await runtime.exec(id, { command, tty: false, stdout, signal: AbortSignal.timeout(15_000) });
    stdout.end();
    return output;
  };

  it("gives a pod an address of its own node's podCIDR", () => {
    expect(pods.map(({ ip }) => ip)).toEqual([expect.stringMatching(/^10\.251\.1\./), expect.stringMatching(/^10\.251\.2\./)]);
  });

  it('lets pods of two nodes see each other, under their own addresses', async () => {
    expect(await fromPod(0, pods[1]!.ip)).toContain(`${pods[0]!.ip}:`);
  });

  it('lets a pod reach another through a Service address', async () => {
    expect(await fromPod(0, VIP)).toContain(`${pods[0]!.ip}:`);
  });

  it('lets a pod reach itself through a Service address', async () => {
    expect(await fromPod(1, VIP)).toContain('10.251.0.1:');
  });

  it('is reached from the host, by pod address and by Service address', async () => {
    for (const address of [pods[1]!.ip, VIP]) expect(await text(connect(80, address))).toContain(`${pods[1]!.ip}:80`);
  });

  it('avoids an address that something else on the bridge has', async () => {
    const { runtime } = nodes[0]!;
    const fresh = new DockerRuntime({
      docker: new Docker({ socketPath: SOCKET }),
      node: `net-spec-${process.pid}-3`,
      network: NETWORK,
      clock: systemClock,
      log: silentLogger,
    });
    await fresh.setPodCIDR('10.251.1.0/24');
    const config = sandboxOf('clash');
    const sandboxId = await fresh.runSandbox(config);
    const [address] = (await fresh.sandboxes())[0]?.ips ?? [];
    expect(address).toMatch(/^10\.251\.1\./);
    expect(address).not.toBe(pods[0]!.ip);
    expect(await runtime.sandboxes({ podUid: config.pod.uid })).toEqual([]);
    await fresh.removeSandbox(sandboxId);
  });
});
