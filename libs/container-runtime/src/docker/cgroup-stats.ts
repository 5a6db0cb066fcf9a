import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../error-code';
import type { ContainerStats } from '../container-runtime';

/** Where the kernel's files are; another place in tests. */
export interface KernelFiles {
  readonly proc: string;
  readonly cgroup: string;
}

const KERNEL_FILES: KernelFiles = { proc: '/proc', cgroup: '/sys/fs/cgroup' };

/**
 * What a process's cgroup has used, read from its files (cgroup v1 and v2): Docker's own stats call takes a second.
 * @returns undefined if the process has ended
 */
export async function cgroupStats(pid: number, now: number, files: KernelFiles = KERNEL_FILES): Promise<ContainerStats | undefined> {
  try {
    const paths = cgroupPaths(await readFile(join(files.proc, String(pid), 'cgroup'), 'utf8'));
    return { ...(await (paths.has('memory') ? readV1(files.cgroup, paths) : readV2(files.cgroup, paths))), timestamp: now };
  } catch (error) {
    // ESRCH: it ended between the opening of the file and its reading.
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Path by controller; the empty controller is v2's, present beside v1's on a hybrid system. See cgroups(7), /proc/PID/cgroup. */
function cgroupPaths(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, , controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}

type Usage = Omit<ContainerStats, 'timestamp'>;

async function readV1(root: string, paths: ReadonlyMap<string, string>): Promise<Usage> {
  const memory = join(root, 'memory', paths.get('memory') ?? '');
  const [cpu, usage, stat] = await Promise.all([
    readNumber(join(root, 'cpuacct', paths.get('cpuacct') ?? '', 'cpuacct.usage')),
    readNumber(join(memory, 'memory.usage_in_bytes')),
    readFile(join(memory, 'memory.stat'), 'utf8'),
  ]);
  return { cpuNanoseconds: cpu, ...memoryFigures(usage, field(stat, 'total_inactive_file')) };
}

async function readV2(root: string, paths: ReadonlyMap<string, string>): Promise<Usage> {
  const directory = join(root, paths.get('') ?? '');
  const [cpu, usage, stat] = await Promise.all([
    readFile(join(directory, 'cpu.stat'), 'utf8'),
    readNumber(join(directory, 'memory.current')),
    readFile(join(directory, 'memory.stat'), 'utf8'),
  ]);
  return { cpuNanoseconds: field(cpu, 'usage_usec') * 1000, ...memoryFigures(usage, field(stat, 'inactive_file')) };
}

/** The working set is what can't be given back at once: cAdvisor's definition. */
function memoryFigures(usage: number, inactiveFile: number): Pick<Usage, 'memoryUsageBytes' | 'memoryWorkingSetBytes'> {
  return { memoryUsageBytes: usage, memoryWorkingSetBytes: Math.max(0, usage - inactiveFile) };
}

async function readNumber(path: string): Promise<number> {
  return Number(await readFile(path, 'utf8'));
}

function field(stat: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
}
