import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Ends every mount in `folder`, innermost first. Kubelets keep pods' secrets and tokens in memory file systems there, as long as the pods live. */
export async function unmountBelow(folder: string): Promise<void> {
  const mountPoints = mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), folder);
  for (const mountPoint of mountPoints) await run('umount', [mountPoint]);
}

/** @param mountinfo as proc_pid_mountinfo(5) describes it @returns innermost first */
export function mountPointsBelow(mountinfo: string, folder: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((mountPoint) => mountPoint.startsWith(`${folder}/`))
    .reverse();
}

/** Blanks, tabs, newlines and backslashes are written in octal. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
