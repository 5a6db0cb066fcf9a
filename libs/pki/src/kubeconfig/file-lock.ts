import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Timers } from '@keelson/component-base';

/** kubectl holds the lock for a few milliseconds. */
const ATTEMPTS = 20;
const PAUSE = 100;

/**
 * Runs `action` while holding the lock that client-go takes on a kubeconfig: the file `PATH.lock`, created exclusively.
 * @throws Error naming the lock's file if somebody else keeps it for two seconds, or has died with it
 */
export async function withFileLock<T>(path: string, timers: Timers, action: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 1; !(await acquired(lock)); attempt++) {
    if (attempt === ATTEMPTS) throw new Error(`${path} is locked; if no kubectl is changing it, remove ${lock}`);
    await new Promise<void>((resolve) => timers.setTimeout(resolve, PAUSE));
  }
  try {
    return await action();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquired(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
