import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { systemClock } from '@keelson/apimachinery';
import { silentLogger } from '@keelson/component-base';
import { openDockerRuntime } from '@keelson/container-runtime';
import { portOwner, type SocketOwner } from './socket-owner';

const run = promisify(execFile);

/** What the launcher needs to know of the machine, and can do to it. */
export interface Machine {
  /** Of the Node that runs this, such as `24.1.0`. */
  readonly nodeVersion: string;
  readonly isRoot: boolean;
  /** Debian, Ubuntu and their like, where packages can be installed with apt. */
  readonly hasApt: boolean;
  /** Whether systemd is what runs services here. */
  readonly hasSystemd: boolean;
  /** IPv4 addresses that are not the loopback's; pods reach the apiserver at the first of them. */
  readonly addresses: readonly string[];
  dockerAnswers(): Promise<boolean>;
  /** Installs packages with apt; where there is systemd, that starts their services. @throws Error with the package manager's words */
  install(packages: readonly string[]): Promise<void>;
  /** Starts a service now and at every boot. @throws Error with systemd's words */
  startService(name: string): Promise<void>;
  /** Ends a service and keeps it from being started at boots. @throws Error with systemd's words */
  stopService(name: string): Promise<void>;
  /** Where a program is; undefined if it is not installed. */
  find(program: string): Promise<string | undefined>;
  /** @returns whether something listens there already */
  isPortTaken(port: number): Promise<boolean>;
  portOwner(port: number): SocketOwner | undefined;
  /** Bytes that this user may still write below `folder`, which exists. */
  freeBytes(folder: string): Promise<number>;
  /** A number below `/proc/sys`; undefined if there is none. */
  kernelSetting(name: string): number | undefined;
}

/** Where administrators' programs are, which a user's PATH may leave out. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** @param path `PATH` */
export function thisMachine(path: string): Machine {
  const folders = [...path.split(':'), ...SYSTEM_FOLDERS].filter((folder) => folder !== '');
  return {
    nodeVersion: process.versions.node,
    isRoot: process.getuid?.() === 0,
    hasApt: existsSync('/usr/bin/apt-get') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readIfThere('/etc/os-release') ?? ''),
    hasSystemd: existsSync('/run/systemd/system'),
    addresses: Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address),
    dockerAnswers,
    async install(packages) {
      await run('apt-get', ['update', '-q']);
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
    },
    async startService(name) {
      await run('systemctl', ['enable', '--now', name]);
    },
    async stopService(name) {
      await run('systemctl', ['disable', '--now', name]);
    },
    find: (program) => Promise.resolve(folders.map((folder) => `${folder}/${program}`).find((file) => existsSync(file))),
    isPortTaken,
    portOwner,
    async freeBytes(folder) {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    kernelSetting(name) {
      const text = readIfThere(`/proc/sys/${name}`);
      return text === undefined ? undefined : Number(text);
    },
  };
}

async function dockerAnswers(): Promise<boolean> {
  try {
    const runtime = await openDockerRuntime({ node: 'doctor', clock: systemClock, log: silentLogger });
    await runtime.version();
    return true;
  } catch {
    return false;
  }
}

function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EADDRINUSE'));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
