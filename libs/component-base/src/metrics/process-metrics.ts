import { readdirSync, readFileSync } from 'node:fs';
import { Gauge, Counter, type Registry } from 'prom-client';
import type { VersionInfo } from '../version';

/** What a process tells about itself; Node's `process` fits. */
export interface ProcessFigures {
  cpuUsage(): { readonly user: number; readonly system: number };
  /** Seconds since the start. */
  uptime(): number;
  readonly memoryUsage: { rss(): number };
}

/** The process metrics of Prometheus' client libraries, read when they are scraped, and `kubernetes_build_info`. */
export function registerProcessMetrics(registry: Registry, figures: ProcessFigures, version: VersionInfo): void {
  const registers = [registry];
  let counted = 0;
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = figures.cpuUsage();
      const seconds = (user + system) / 1e6;
      this.inc(Math.max(0, seconds - counted));
      counted = seconds;
    },
  });
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value !== undefined) this.set(value);
      },
    });
  };
  const startTime = Date.now() / 1000 - figures.uptime();
  gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', () => startTime);
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => figures.memoryUsage.rss());
  gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', virtualMemory);
  gauge('process_open_fds', 'Number of open file descriptors.', openFileDescriptors);
  gauge('process_max_fds', 'Maximum number of open file descriptors.', maxFileDescriptors);
  registerBuildInfo(registry, version);
}

function registerBuildInfo(registry: Registry, version: VersionInfo): void {
  const labels = {
    build_date: version.buildDate,
    compiler: version.compiler,
    git_commit: version.gitCommit,
    git_tree_state: version.gitTreeState,
    git_version: version.gitVersion,
    go_version: version.goVersion,
    major: version.major,
    minor: version.minor,
    platform: version.platform,
  };
  new Gauge({
    name: 'kubernetes_build_info',
    help: "A metric with a constant '1' value labeled by the facts of the build and the runtime.",
    labelNames: Object.keys(labels),
    registers: [registry],
  }).set(labels, 1);
}

/** The first number after `label` in /proc's file; undefined where there is no /proc. */
function procNumber(file: string, pattern: RegExp): number | undefined {
  try {
    const match = pattern.exec(readFileSync(`/proc/self/${file}`, 'utf8'))?.[1];
    return match === undefined ? undefined : Number(match);
  } catch {
    return undefined;
  }
}

function virtualMemory(): number | undefined {
  const kibibytes = procNumber('status', /^VmSize:\s+(\d+) kB/m);
  return kibibytes === undefined ? undefined : kibibytes * 1024;
}

function openFileDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

const maxFileDescriptors = (): number | undefined => procNumber('limits', /^Max open files\s+(\d+)/m);
