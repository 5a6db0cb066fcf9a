import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface SocketOwner {
  readonly pid: number;
  /** The name that the program was called by. */
  readonly program: string;
}

const LISTENING = '0A';

/**
 * Who listens on a TCP port of this machine (of this network namespace).
 * @returns undefined if no one does, or it is a process that this user may not look into
 */
export function portOwner(port: number): SocketOwner | undefined {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const inodes = listeningInodes(readIfThere(table), hexadecimal);
    const owner = inodes.map(ownerOf).find((found) => found !== undefined);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/** Who has a socket of that name in Linux' abstract namespace open. @param name without the leading null byte */
export function abstractSocketOwner(name: string): SocketOwner | undefined {
  const line = readIfThere('/proc/net/unix')
    .split('\n')
    .find((each) => each.endsWith(` @${name}`));
  const inode = line?.trim().split(/\s+/)[6];
  return inode === undefined ? undefined : ownerOf(inode);
}

/** @param table as proc_pid_net(5) describes it */
function listeningInodes(table: string, port: string): readonly string[] {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === LISTENING && local.endsWith(`:${port}`))
    .flatMap((fields) => fields[9] ?? []);
}

function ownerOf(inode: string): SocketOwner | undefined {
  const target = `socket:[${inode}]`;
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && opens(entry, target));
  return pid === undefined ? undefined : { pid: Number(pid), program: programOf(pid) };
}

/** The kernel's own name of a process is that of its main thread, which programs change. */
function programOf(pid: string): string {
  const [called = ''] = readIfThere(`/proc/${pid}/cmdline`).split('\0');
  return called === '' ? readIfThere(`/proc/${pid}/comm`).trim() : basename(called);
}

function opens(pid: string, target: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((descriptor) => linkOf(`${folder}/${descriptor}`) === target);
  } catch {
    // It is gone, or another user's.
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
