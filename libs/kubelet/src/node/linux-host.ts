import { readdir, readFile, statfs } from 'node:fs/promises';
import { arch, availableParallelism, hostname, networkInterfaces, release, totalmem } from 'node:os';
import { parseResolvConf, type ResolverConfig } from '../network/pod-dns';
import type { MachineInfo, MachinePressure, NodeHost } from './node-host';

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export interface LinuxHostOptions {
  /** The file system whose space is the node's ephemeral storage. */
  readonly rootDir: string;
  /** `--resolv-conf`; empty: the pods get none of the node's. */
  readonly resolvConf: string;
}

/** The machine this process runs on, read from /proc and /sys. */
export class LinuxHost implements NodeHost {
  readonly #options: LinuxHostOptions;

  constructor(options: LinuxHostOptions) {
    this.#options = options;
  }

  async info(): Promise<MachineInfo> {
    const [machineID, systemUUID, bootID, osRelease] = await Promise.all([
      text('/etc/machine-id'),
      text('/sys/class/dmi/id/product_uuid'),
      text('/proc/sys/kernel/random/boot_id'),
      text('/etc/os-release'),
    ]);
    return {
      hostname: hostname(),
      architecture: GO_ARCHITECTURES[arch()] ?? arch(),
      cpuCores: availableParallelism(),
      memoryBytes: totalmem(),
      machineID,
      systemUUID: systemUUID === '' ? machineID : systemUUID,
      bootID,
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'Linux',
    };
  }

  async pressure(): Promise<MachinePressure> {
    const [memory, disk, processes, maxProcesses] = await Promise.all([
      text('/proc/meminfo'),
      statfs(this.#options.rootDir),
      readdir('/proc'),
      text('/proc/sys/kernel/pid_max'),
    ]);
    return {
      memoryAvailableBytes: Number(/^MemAvailable:\s+(\d+) kB$/m.exec(memory)?.[1] ?? 0) * 1024,
      diskAvailableBytes: disk.bavail * disk.bsize,
      diskCapacityBytes: disk.blocks * disk.bsize,
      inodesFree: disk.ffree,
      inodes: disk.files,
      processes: processes.filter((name) => /^\d+$/.test(name)).length,
      maxProcesses: Number(maxProcesses),
    };
  }

  async addresses(): Promise<readonly string[]> {
    const preferred = await defaultRouteInterface();
    const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => ({ name, address })),
    );
    return [...all.filter(({ name }) => name === preferred), ...all.filter(({ name }) => name !== preferred)].map(({ address }) => address);
  }

  async resolver(): Promise<ResolverConfig> {
    const { resolvConf } = this.#options;
    return parseResolvConf(resolvConf === '' ? '' : await text(resolvConf));
  }
}

/** @returns the file's text without surrounding space; empty if it can't be read, as in a container without /sys */
async function text(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}

/** The interface that packets to anywhere leave by. */
async function defaultRouteInterface(): Promise<string | undefined> {
  const routes = (await text('/proc/net/route')).split('\n').map((line) => line.split('\t'));
  return routes.find(([, destination]) => destination === '00000000')?.[0];
}
