import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonForNoDebianImage } from '../testing/debian-image';
import { SystemdMachine } from '../testing/systemd-machine';

const UNITS = join(__dirname, '../../deploy/systemd/units');
const EXECUTABLES = join(__dirname, '../../dist/bin');
const CONTROL_PLANE = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'addon-manager'].filter(isBuilt);
const OPTIONAL = ['cloud-controller-manager'].filter(isBuilt);
const NODE = ['kubelet', 'kube-proxy'];
/** Nobody pulls it: nodes there are simulated. */
const DNS_IMAGE = 'example.org/cluster-dns:1';

const whyNotVerified = spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'systemd is not installed';
(whyNotVerified === undefined ? describe : describe.skip)(`The systemd units${because(whyNotVerified)}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keelson-units-'));
    for (const name of readdirSync(UNITS)) {
      const text = readFileSync(join(UNITS, name), 'utf8');
      const [, daemon] = /@PREFIX@\/bin\/(\S+)/.exec(text) ?? [];
      if (daemon !== undefined && !isBuilt(daemon)) continue;
      const executables = text.replaceAll('@PREFIX@/bin', EXECUTABLES);
      writeFileSync(
        join(folder, name.replace(/\.in$/, '')),
        executables.replaceAll('@PREFIX@/deploy', join(__dirname, '../../deploy/systemd')),
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('pass systemd-analyze verify, each and together', () => {
    const files = readdirSync(folder).map((name) => join(folder, name));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  /** In tenths, of 10 for a service that may do anything; systemd-analyze security says what each of them still may. */
  it.each([...[...CONTROL_PLANE, ...OPTIONAL].map((name) => [name, 14] as const), ['kube-proxy', 23] as const, ['kubelet', 70] as const])(
    'expose no more of the machine by %s than it needs',
    (name, threshold) => {
      const rating = ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`, join(folder, `${name}.service`)];
      expect(spawnSync('systemd-analyze', rating).status).toBe(0);
    },
  );
});

const machine = bootMachine();
(typeof machine === 'string' ? describe.skip : describe)(`A machine that systemd has booted${because(machine)}`, () => {
  const booted = machine as SystemdMachine;
  afterAll(() => booted.remove());

  const states = (names: readonly string[]): string =>
    booted.run('systemctl', 'show', '--property=ActiveState,SubState', '--value', ...names).replaceAll(/\s+/g, ' ');
  const allRunning = (names: readonly string[]): string => names.map(() => 'active running').join(' ');
  const nodes = (): string => booted.kubectl('get', 'nodes', '--no-headers');

  it('has every daemon running after the install script, each as the user that is its own', async () => {
    // There is no Docker on it, so its nodes are simulated, by a kubelet that may speak for all of them.
    booted.run('sh', '-euc', 'mkdir -p /etc/kubernetes /etc/keelson; ln -s admin.conf /etc/kubernetes/kubelet.conf');
    booted.run(
      'sh',
      '-euc',
      'echo "KUBELET_ARGS=--hollow-nodes=2 --hollow-node-prefix=node- --cert-dir=/var/lib/kubelet/pki" >/etc/keelson/kubelet.env',
    );
    booted.run('/src/deploy/systemd/install.sh', 'install', '--node', 'node-1', '--for-node', 'node-2', '--dns-image', DNS_IMAGE);
    await booted.until(nodes, (text) => text.match(/ Ready /g)?.length === 2);
    expect(states([...CONTROL_PLANE, ...NODE]).trim()).toBe(allRunning([...CONTROL_PLANE, ...NODE]));
    for (const name of CONTROL_PLANE) {
      const pid = booted.run('systemctl', 'show', '--property=MainPID', '--value', name).trim();
      expect(booted.run('stat', '--format=%U', `/proc/${pid}`).trim()).toBe(name);
    }
    await booted.until(
      () => booted.run('nft', 'list', 'tables'),
      (text) => text.includes('kube-proxy'),
    );
  });

  it("has the cluster's DNS, by the image that it was told of", async () => {
    const dns = ['-n', 'kube-system', 'get', 'deployment', 'cluster-dns', '-o'];
    await booted.until(
      () => booted.kubectl(...dns, 'jsonpath={.status.readyReplicas} {..image}'),
      (text) => text === `1 ${DNS_IMAGE}`,
    );
    expect(booted.kubectl('-n', 'kube-system', 'get', 'service', 'kube-dns', '-o', 'jsonpath={.spec.clusterIP}')).toBe('10.96.0.10');
  });

  it('waits with the cloud controller manager until there is a cloud for it, as there is none without Docker', () => {
    for (const name of OPTIONAL)
      expect(booted.run('systemctl', 'show', '--property=UnitFileState', '--value', name).trim()).toBe('disabled');
  });

  it('keeps its settings, certificates and objects when it is installed once more, as after an update', async () => {
    booted.kubectl('create', 'configmap', 'older');
    const state = () => booted.run('sh', '-c', 'sha256sum /etc/keelson/* /etc/kubernetes/*.conf /etc/kubernetes/pki/*');
    const before = state();
    booted.run('/src/deploy/systemd/install.sh', 'install');
    expect(state()).toBe(before);
    await booted.until(
      () => booted.kubectl('get', 'configmap', 'older', '-o', 'name'),
      (text) => text.trim() === 'configmap/older',
    );
  });

  it('lets no daemon read the credentials of another', () => {
    const key = '/run/credentials/kube-apiserver.service/sa.key';
    expect(booted.may('kube-apiserver', 'cat', key)).toBe(true);
    expect(booted.may('kube-scheduler', 'cat', key)).toBe(false);
    for (const file of ['/etc/kubernetes/pki/ca.key', '/etc/kubernetes/admin.conf'])
      expect(booted.may('kube-apiserver', 'cat', file)).toBe(false);
  });

  it('starts a daemon again that was killed, with the objects that it had', async () => {
    booted.kubectl('create', 'configmap', 'kept');
    booted.run('systemctl', 'kill', '--signal=SIGKILL', 'kube-apiserver');
    await booted.until(
      () => booted.kubectl('get', 'configmap', 'kept', '-o', 'name'),
      (text) => text.trim() === 'configmap/kept',
    );
  });

  it('renews certificates, and restarts who uses them only if there are new ones', async () => {
    const started = () => booted.run('systemctl', 'show', '--property=ExecMainStartTimestampMonotonic', '--value', 'kube-scheduler').trim();
    const before = started();
    booted.run('systemctl', 'start', 'keelson-renew-certificates');
    expect(started()).toBe(before);
    booted.run('rm', '/etc/kubernetes/scheduler.conf');
    booted.run('systemctl', 'start', 'keelson-renew-certificates');
    expect(started()).not.toBe(before);
    await booted.until(
      () => states(['kube-scheduler']),
      (text) => text.trim() === allRunning(['kube-scheduler']),
    );
  });

  it('has the cluster up again after it was shut down and booted', async () => {
    booted.restart();
    await booted.until(nodes, (text) => text.match(/ Ready /g)?.length === 2);
    expect(booted.kubectl('get', 'configmap', 'kept', '-o', 'name').trim()).toBe('configmap/kept');
  });

  it('keeps nothing of the cluster when it is uninstalled for good', () => {
    booted.run('/src/deploy/systemd/install.sh', 'uninstall', '--purge');
    const folders = ['/usr/lib/keelson', '/etc/keelson', '/etc/kubernetes', '/var/lib/keelson', '/var/lib/kubelet'];
    for (const folder of folders) expect(booted.may('root', 'test', '-e', folder)).toBe(false);
    expect(booted.run('sh', '-c', 'ls /etc/systemd/system')).not.toMatch(/kube|keelson/);
    expect(booted.run('cat', '/etc/passwd')).not.toContain('kube');
    expect(booted.run('nft', 'list', 'tables')).not.toContain('kube-proxy');
  });
});

/** Whether this build has the daemon. */
function isBuilt(daemon: string): boolean {
  return existsSync(join(EXECUTABLES, daemon));
}

function bootMachine(): SystemdMachine | string {
  if (process.getuid?.() !== 0) return 'it needs root';
  if (spawnSync('docker', ['version']).status !== 0) return 'Docker does not answer';
  return reasonForNoDebianImage() ?? SystemdMachine.boot();
}

function because(reason: unknown): string {
  return typeof reason === 'string' ? ` (not run: ${reason})` : '';
}
