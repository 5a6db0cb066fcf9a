/** What the tests want of the machine beyond Node: had where it may be had, as root on Debian or Ubuntu. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian's packages, by a program or file that shows that each is there. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['/usr/sbin/dockerd', '/usr/bin/dockerd'],
  'etcd-server': ['/usr/bin/etcd'],
  nftables: ['/usr/sbin/nft'],
  conntrack: ['/usr/sbin/conntrack'],
  iproute2: ['/usr/sbin/ip', '/sbin/ip', '/bin/ip'],
  'busybox-static': ['/bin/busybox', '/usr/bin/busybox'],
  'ca-certificates': ['/usr/sbin/update-ca-certificates'],
  'docker-compose': [
    '/usr/bin/docker-compose',
    '/usr/libexec/docker/cli-plugins/docker-compose',
    '/usr/lib/docker/cli-plugins/docker-compose',
  ],
  debootstrap: ['/usr/sbin/debootstrap'],
  systemd: ['/usr/bin/systemd-analyze'],
};
const DOCKER_SECONDS = 60;

/**
 * Installs what is missing and starts Docker if it does not run. On any other machine, or as another user, it does nothing, and the tests say themselves what they miss.
 * @returns what ends everything that was started here
 * @throws Error, one line, if a package can't be installed
 */
export async function provision(): Promise<() => Promise<void>> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return () => Promise.resolve();
  installMissing();
  if (dockerAnswers()) return () => Promise.resolve();
  return startDocker();
}

function installMissing(): void {
  const missing = Object.entries(PACKAGES).flatMap(([name, files]) => (files.some(existsSync) ? [] : [name]));
  if (missing.length === 0) return;
  console.log(`Installing for the tests: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  }
}

const dockerAnswers = (): boolean => spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;

async function startDocker(): Promise<() => Promise<void>> {
  console.log('Starting Docker for the tests');
  const folder = mkdtempSync(join(tmpdir(), 'keelson-dockerd-'));
  const log = join(folder, 'dockerd.log');
  const output = openSync(log, 'w');
  const dockerd = spawn('dockerd', ['--log-level', 'error'], { stdio: ['ignore', output, output] });
  closeSync(output);
  const stop = async (): Promise<void> => {
    await ended(dockerd);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let second = 0; second < DOCKER_SECONDS; second++) {
    if (dockerAnswers()) return stop;
    if (dockerd.exitCode !== null) break;
    await sleep(1000);
  }
  const said = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' ');
  await stop();
  console.log(`Docker did not start: ${said}`);
  return () => Promise.resolve();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
