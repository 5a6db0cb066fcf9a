import { open } from 'node:fs/promises';
import type { Container } from '@keelson/container-runtime';
import { TERMINATION_MESSAGE_POLICY_ANNOTATION } from '../pod-worker/container-config';
import type { PodFiles } from './pod-files';

/** Upstream's limits: of the message file, and of the log that stands in for it. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;

/** The last bytes of a container's log as text, without the log format around them. */
export type LogTail = (container: Container, lines: number, bytes: number) => Promise<string>;

/** Adds to a container that has ended what its process left as its termination message. */
export async function withTerminationMessage(container: Container, files: PodFiles, logTail: LogTail): Promise<Container> {
  if (container.state !== 'exited' || (container.message ?? '') !== '') return container;
  const path = files.terminationLog(container.pod.uid, container.name, container.attempt);
  const left = await readStart(path, MAX_MESSAGE_BYTES);
  if (left !== '') return { ...container, message: left };
  const fallsBack = container.annotations[TERMINATION_MESSAGE_POLICY_ANNOTATION] === 'FallbackToLogsOnError' && container.exitCode !== 0;
  return fallsBack ? { ...container, message: await logTail(container, MAX_LOG_LINES, MAX_LOG_BYTES) } : container;
}

/** @returns nothing if there is no such file */
async function readStart(path: string, limit: number): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(limit), 0, limit, 0);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
