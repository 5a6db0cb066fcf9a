import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchTool } from '../../tools/kubectl/fetch.mts';
import { DEBIAN_IMAGE, ensureDebianImage } from './debian-image';

const ROOT = join(__dirname, '../..');
const NAME = 'keelson-e2e-systemd';
const PATIENCE_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 300;

const DOCKERFILE = `FROM ${DEBIAN_IMAGE}
RUN apt-get update && apt-get install --yes --no-install-recommends systemd systemd-sysv nftables iproute2
STOPSIGNAL SIGRTMIN+3
`;

/** What systemd needs beyond a container's usual rights; `--privileged` would ask for all, which not every machine has to give. */
const RIGHTS = [
  ...['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN', 'DAC_READ_SEARCH'].flatMap((capability) => ['--cap-add', capability]),
  ...['seccomp=unconfined', 'apparmor=unconfined'].flatMap((option) => ['--security-opt', option]),
  ...['--cgroupns', 'private'],
];

/** In a container systemd takes its mounts as they are: cgroups must be writable, and mounts shared for it to hand out credentials. */
const BOOT = `mount --make-rshared /
for folder in /sys/fs/cgroup /sys/fs/cgroup/*; do
  ! mountpoint -q $folder || mount -o remount,rw $folder 2>/dev/null || true
done
exec /sbin/init`;

/** A machine of its own, as far as systemd can tell: a container with it as the first process, and this build and its units in `/src`. */
export class SystemdMachine {
  /** @returns the machine once it is up, or why it can't be had */
  static boot(): SystemdMachine | string {
    ensureDebianImage();
    execFileSync('docker', ['build', '--quiet', '--network', 'host', '--tag', NAME, '-'], {
      input: DOCKERFILE,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const volumes = [
      `${join(ROOT, 'dist')}:/src/dist:ro`,
      `${join(ROOT, 'deploy/systemd')}:/src/deploy/systemd:ro`,
      `${fetchTool('kubectl')}:/usr/local/bin/kubectl:ro`,
    ].flatMap((volume) => ['--volume', volume]);
    const folders = ['/run', '/run/lock', '/tmp'].flatMap((folder) => ['--tmpfs', folder]);
    const options = ['--detach', '--name', NAME, '--env', 'container=docker', ...RIGHTS, ...folders, ...volumes];
    const started = spawnSync('docker', ['run', ...options, NAME, 'sh', '-c', BOOT], { encoding: 'utf8' });
    const machine = new SystemdMachine();
    const problem = started.status === 0 ? machine.#problem() : started.stderr.trim();
    if (problem === undefined) return machine;
    machine.remove();
    return `systemd does not boot in a container here: ${problem}`;
  }

  /** @returns standard output @throws Error with what the command printed, if it fails */
  run(...command: readonly string[]): string {
    return execFileSync('docker', ['exec', NAME, ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Whether `user` can do it. */
  may(user: string, ...command: readonly string[]): boolean {
    return spawnSync('docker', ['exec', '--user', user, NAME, ...command]).status === 0;
  }

  kubectl(...args: readonly string[]): string {
    return this.run('kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args);
  }

  /** Asks again until `read` gives what `isWanted`. @throws Error with what it gave last */
  async until(read: () => string, isWanted: (text: string) => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const text = attempt(read);
      if (isWanted(text)) return;
      if (Date.now() > end) throw new Error(`Waited in vain; the last answer was: ${text}`);
      await sleep(POLL_MILLISECONDS);
    }
  }

  /** Shuts down and boots again. */
  restart(): void {
    execFileSync('docker', ['restart', '--time', '30', NAME], { stdio: 'ignore' });
  }

  remove(): void {
    spawnSync('docker', ['rm', '--force', '--volumes', NAME]);
    spawnSync('docker', ['rmi', '--force', NAME]);
  }

  /** @returns undefined once systemd has started all that is enabled */
  #problem(): string | undefined {
    const wait =
      'for _ in $(seq 50); do systemctl is-system-running --wait 2>/dev/null && exit; sleep 0.2; done; systemctl is-system-running';
    const { status, stderr, stdout } = spawnSync('docker', ['exec', NAME, 'sh', '-c', wait], { encoding: 'utf8', timeout: 60_000 });
    return status === 0 ? undefined : `${stdout}${stderr}`.trim().split('\n').at(-1);
  }
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return String(error);
  }
}
