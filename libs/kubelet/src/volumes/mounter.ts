import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts on this machine. */
export interface Mounter {
  /** Idempotent. @param sizeBytes the kernel's default, half of the memory, if absent */
  mountMemory(path: string, sizeBytes?: number): Promise<void>;
  /** Unmounts everything at or below `path`, the innermost first. */
  unmountAll(path: string): Promise<void>;
}

/** By mount(8), which needs the capability SYS_ADMIN. */
export class LinuxMounter implements Mounter {
  async mountMemory(path: string, sizeBytes?: number): Promise<void> {
    if ((await mountPoints()).includes(path)) return;
    const options = sizeBytes === undefined ? [] : ['-o', `size=${sizeBytes}`];
    await run('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path]);
  }

  async unmountAll(path: string): Promise<void> {
    const below = (await mountPoints()).filter((point) => point === path || point.startsWith(`${path}/`));
    for (const point of below.reverse()) await run('umount', [point]);
  }
}

/** In the order in which they were mounted. */
async function mountPoints(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))];
  });
}
