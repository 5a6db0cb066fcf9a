import { open, stat, type FileHandle } from 'node:fs/promises';
import { sleep, type Clock } from '@keelson/apimachinery';

const POLL_MILLISECONDS = 200;
const CHUNK_BYTES = 64 * 1024;

export interface FollowLogOptions {
  readonly write: (chunk: Uint8Array) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Writes what a log holds and then what is added to it, until the signal aborts. A log that is put aside and begun anew is read to its end and
 * then from the new beginning.
 * @throws NodeJS.ErrnoException if it can't be read to begin with
 */
export async function followLog(path: string, { clock, signal, write }: FollowLogOptions): Promise<void> {
  let file = await open(path);
  try {
    while (!signal.aborted) {
      await copyRest(file, write);
      if (!(await isCurrent(file, path))) {
        await copyRest(file, write);
        const next = await openIfThere(path);
        if (next !== undefined) {
          await file.close();
          file = next;
          continue;
        }
      }
      await sleep(clock, POLL_MILLISECONDS, signal);
    }
  } finally {
    await file.close();
  }
}

/** Prints what is there of a log and no more. */
export async function copyLog(path: string, write: (chunk: Uint8Array) => void): Promise<void> {
  const file = await open(path);
  try {
    await copyRest(file, write);
  } finally {
    await file.close();
  }
}

/** From where the handle stands to the end. */
async function copyRest(file: FileHandle, write: (chunk: Uint8Array) => void): Promise<void> {
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    write(buffer.subarray(0, bytesRead));
  }
}

/** Whether the open file is still the one of that name. */
async function isCurrent(file: FileHandle, path: string): Promise<boolean> {
  const [opened, named] = [await file.stat(), await stat(path).catch(() => undefined)];
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}

function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path).catch(() => undefined);
}
