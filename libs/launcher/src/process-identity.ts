import { readFileSync } from 'node:fs';

/** One process and no other: a number may be given again, but not with the same start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's. */
  readonly startTime: number;
}

/** @returns undefined if there is no such process (or it is a zombie) */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : { pid, startTime: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identityOf(pid)?.startTime === startTime;
}

/** Sends a signal to that very process. @returns whether it was there */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}
