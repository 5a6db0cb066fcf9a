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
const INSTALL = '/src/deploy/systemd/install.sh';
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
  const install = (...options: readonly string[]): string => booted.run(INSTALL, 'install', ...options);
  const shell = (script: string): string => booted.run('sh', '-euc', script);

  it('changes nothing where the install script has no rights, nothing to install, or another installation before it', () => {
    expect(() => booted.run('runuser', '-u', 'nobody', '--', INSTALL, 'install')).toThrow('it must run as root');
    shell('mkdir /opt/checkout; cp -r /src/deploy /opt/checkout');
    expect(() => booted.run('/opt/checkout/deploy/systemd/install.sh', 'install')).toThrow('npm run build makes them');
    expect(() => install('--prefix', '/usr/lib')).toThrow('/usr/lib has files in it that are not known as Keelson');
    shell('mkdir -p /etc/kubernetes/manifests; touch /etc/kubernetes/manifests/kube-apiserver.yaml');
    expect(() => install()).toThrow('kube-apiserver.yaml belongs to another installation');
    expect(() => booted.run(INSTALL, 'uninstall', '--purge')).toThrow('Keelson is not installed here');
    shell('rm /etc/kubernetes/manifests/kube-apiserver.yaml; rmdir /etc/kubernetes/manifests /etc/kubernetes');
    for (const folder of ['/usr/lib/keelson', '/etc/keelson']) expect(booted.may('root', 'test', '-e', folder)).toBe(false);
  });

  it('has every daemon running after the install script, each as the user that is its own', async () => {
    // There is no Docker on it, so its nodes are simulated, by a kubelet that may speak for all of them.
    shell('mkdir -p /etc/kubernetes /etc/keelson; ln -s admin.conf /etc/kubernetes/kubelet.conf');
    shell('echo "KUBELET_ARGS=--hollow-nodes=2 --hollow-node-prefix=node- --cert-dir=/var/lib/kubelet/pki" >/etc/keelson/kubelet.env');
    install('--node', 'node-1', '--for-node', 'node-2', '--dns-image', DNS_IMAGE);
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
    install();
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

  it.each(['chown', 'ln', 'mv', 'systemd-sysusers', 'systemctl'])(
    'has whole executables where an update was killed at its first %s, and is well after the next one',
    async (program) => {
      shell(
        `mkdir -p /opt/${program}; printf '#!/bin/sh\nkill -9 $PPID\n' >/opt/${program}/${program}; chmod +x /opt/${program}/${program}`,
      );
      expect(() => booted.run('env', `PATH=/opt/${program}:/usr/sbin:/usr/bin:/sbin:/bin`, INSTALL, 'install')).toThrow();
      booted.run('systemctl', 'restart', 'kube-scheduler');
      await booted.until(
        () => states(['kube-scheduler']),
        (text) => text.trim() === allRunning(['kube-scheduler']),
      );
      install();
      expect(shell('ls /usr/lib/keelson | wc -l').trim()).toBe('2');
    },
  );

  it('is uninstalled where units are cut short, and goes on with its objects and certificates when it is installed again', async () => {
    const state = () => shell('sha256sum /etc/keelson/*.env /etc/keelson/certificates /etc/kubernetes/*.conf /etc/kubernetes/pki/*');
    const before = state();
    shell(
      'cd /etc/systemd/system; truncate -s 40 kube*.service keelson.target keelson-*; truncate -s 0 kubelet.service; systemctl daemon-reload',
    );
    booted.run(INSTALL, 'uninstall');
    expect(booted.may('root', 'test', '-e', '/usr/lib/keelson')).toBe(false);
    expect(shell("ls /etc/systemd/system; cat /proc/[0-9]*/cmdline | tr '\\0' ' '")).not.toMatch(/kube|keelson/);
    install();
    expect(state()).toBe(before);
    await booted.until(
      () => booted.kubectl('get', 'configmap', 'kept', '-o', 'name'),
      (text) => text.trim() === 'configmap/kept',
    );
  });

  it('keeps nothing of the cluster when it is uninstalled for good', () => {
    booted.run(INSTALL, 'uninstall', '--purge');
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
