import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@keelson/apimachinery';
import { ClusterFolder } from './cluster-folder';
import { clusterProcesses, processMark, SUPERVISOR } from './cluster-processes';
import { Launcher, type UpOptions } from './launcher';
import type { LocalNode } from './node-traces';
import { fakeMachine, fakeTerminal, type FakeMachineOptions } from './testing/fake-machine';

let root: string;
let folder: ClusterFolder;
const children: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keelson-launcher-'));
  folder = new ClusterFolder(join(root, 'home'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
});

/** A process of the cluster, as far as others can tell. */
function start(name: string): ChildProcess {
  const child = spawn('sleep', ['60'], { env: { ...process.env, ...processMark(folder.home, name) } });
  children.push(child);
  return child;
}

class SupervisorStarted extends Error {}

function setUp(machineOptions: FakeMachineOptions = {}) {
  const terminal = fakeTerminal();
  const machine = fakeMachine(machineOptions);
  const removed: { readonly nodes: readonly LocalNode[]; readonly network: boolean }[] = [];
  const launcher = new Launcher({
    folder,
    machine,
    terminal,
    clock: systemClock,
    startSupervisor: () => {
      throw new SupervisorStarted();
    },
    removeNodeTraces: async (nodes, { network }) => void removed.push({ nodes, network }),
    userKubeconfig: join(root, 'kubeconfig'),
  });
  /** Runs `up` as far as the start of the supervisor. */
  const upToSupervisor = async (options: Partial<UpOptions> = {}) =>
    expect(launcher.up({ wait: false, runtime: 'hollow', ...options })).rejects.toBeInstanceOf(SupervisorStarted);
  return { launcher, terminal, machine, removed, upToSupervisor };
}

const settings = (): Record<string, unknown> => JSON.parse(readFileSync(folder.settingsFile, 'utf8')) as Record<string, unknown>;

describe('keelson up', () => {
  it('names who has a port that a daemon needs', async () => {
    const { launcher } = setUp({ ports: { 10259: 'nginx' } });
    await expect(launcher.up({ wait: false, runtime: 'hollow' })).rejects.toThrow(
      'port 10259, which kube-scheduler needs, is in use by nginx (pid 4711); end it and try again',
    );
  });

  it('ends what a killed supervisor has left before it looks at ports', async () => {
    const left = start('kube-scheduler');
    const ended = once(left, 'exit');
    await setUp().upToSupervisor();
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(clusterProcesses(folder.home)).toEqual([]);
  });

  it('resumes what the cluster was made with, and refuses other wishes', async () => {
    await setUp().upToSupervisor({ nodes: 3 });
    const { launcher, terminal, upToSupervisor } = setUp();
    await upToSupervisor();
    expect(terminal.lines).toContain('Resuming the cluster ...');
    await expect(launcher.up({ wait: false, nodes: 4 })).rejects.toThrow('has 3 hollow node(s), its objects in lmdb, on port 6443');
  });

  it('leaves a cluster that runs as it is, and does not say that all is well to who wishes for another', async () => {
    await setUp().upToSupervisor({ nodes: 3 });
    start(SUPERVISOR);
    const { launcher, terminal } = setUp();
    await expect(launcher.up({ wait: false, nodes: 4 })).rejects.toThrow('has 3 hollow node(s)');
    expect(terminal.lines).toEqual([]);
  });

  it('follows the machine to another address, and renews the certificate for it', async () => {
    await setUp({ addresses: ['192.0.2.1', '192.0.2.2'] }).upToSupervisor();
    await setUp({ addresses: ['192.0.2.2', '192.0.2.1'] }).upToSupervisor();
    expect(settings()['advertiseAddress']).toBe('192.0.2.1');
    const before = readFileSync(join(folder.configuration, 'pki/apiserver.crt'), 'utf8');
    await setUp({ addresses: ['192.0.2.3'] }).upToSupervisor();
    expect(settings()['advertiseAddress']).toBe('192.0.2.3');
    expect(readFileSync(join(folder.configuration, 'pki/apiserver.crt'), 'utf8')).not.toBe(before);
  });

  it('names a damaged settings file and leaves it alone', async () => {
    mkdirSync(folder.home);
    writeFileSync(folder.settingsFile, '{"nodes":');
    await expect(setUp().launcher.up({ wait: false })).rejects.toThrow(`${folder.settingsFile} is damaged; put it right, or start over`);
    expect(readFileSync(folder.settingsFile, 'utf8')).toBe('{"nodes":');
  });

  it('brings etcd where it is asked for, and ends the service that the package starts', async () => {
    const { machine, terminal, upToSupervisor } = setUp({ hasSystemd: true });
    await upToSupervisor({ store: 'etcd' });
    expect(machine.installed).toEqual(['etcd-server']);
    expect(machine.stopped).toEqual(['etcd']);
    expect(terminal.lines[0]).toContain('installing it (apt-get install etcd-server)');
  });

  it('says in one line what keeps wishes from being granted', async () => {
    const { launcher } = setUp({ isRoot: false });
    await expect(launcher.up({ wait: false, store: 'etcd', runtime: 'hollow' })).rejects.toThrow('sudo apt-get install etcd-server');
    await expect(launcher.up({ wait: false, oneProcess: true, runtime: 'docker' })).rejects.toThrow('leave out --runtime docker');
    await expect(launcher.up({ wait: false, oneProcess: true, store: 'etcd' })).rejects.toThrow('leave out --store etcd');
  });
});

describe('keelson down', () => {
  it('ends processes that no file knows of, and keeps the data', async () => {
    mkdirSync(folder.home);
    const [supervisor, daemon] = [start(SUPERVISOR), start('kube-apiserver')];
    const ends = Promise.all([once(supervisor, 'exit'), once(daemon, 'exit')]);
    const { launcher, terminal } = setUp();
    await launcher.down({ remove: false });
    await ends;
    expect(terminal.lines).toEqual(['The cluster is stopped; its data is kept.']);
    expect(existsSync(folder.home)).toBe(true);
  });

  it('with --delete, removes what nodes left in the machine though the settings are damaged', async () => {
    for (const name of ['kubelet-node-1', 'kubelet-node-2', 'lmdb']) mkdirSync(folder.data(name), { recursive: true });
    writeFileSync(folder.settingsFile, 'damaged');
    const { launcher, removed } = setUp();
    await launcher.down({ remove: true });
    const nodes = ['node-1', 'node-2'].map((name) => ({ name, root: folder.data(`kubelet-${name}`) }));
    expect(removed).toEqual([{ nodes, network: true }]);
    expect(existsSync(folder.home)).toBe(false);
  });
});

describe('keelson status', () => {
  it('shows who runs though the state file is damaged', async () => {
    mkdirSync(folder.home);
    writeFileSync(folder.stateFile, 'damaged');
    const daemon = start('kube-apiserver');
    const { launcher, terminal } = setUp();
    await launcher.status();
    expect(terminal.lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'supervisor not running',
      `kube-apiserver running, pid ${daemon.pid}`,
    ]);
  });
});

describe('keelson doctor', () => {
  it('finds nothing bad on a machine that is fit', async () => {
    const { launcher, terminal } = setUp({ programs: ['iptables', 'nft', 'conntrack'], docker: 'answers' });
    expect(await launcher.doctor()).toBe(true);
    expect(terminal.lines.filter((line) => line.startsWith('BAD'))).toEqual([]);
    expect(existsSync(folder.home)).toBe(false);
  });

  it('says what keeps up from working, and what to do', async () => {
    mkdirSync(folder.home);
    writeFileSync(folder.settingsFile, 'damaged');
    const { launcher, terminal } = setUp({ nodeVersion: '20.1.0', ports: { 6443: '' }, freeBytes: 1000 });
    expect(await launcher.doctor()).toBe(false);
    const bad = terminal.lines.filter((line) => line.startsWith('BAD'));
    expect(bad).toEqual([
      expect.stringContaining('Node 20.1.0 is too old'),
      expect.stringContaining('make room'),
      expect.stringContaining('settings.json is damaged'),
      expect.stringContaining('port 6443, which kube-apiserver needs, is in use by another program'),
    ]);
  });
});
