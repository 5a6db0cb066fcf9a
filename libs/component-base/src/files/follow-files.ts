import { readFile } from 'node:fs/promises';
import type { Timers } from '../clock';

export interface FollowOptions {
  readonly timers: Timers;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Gets what kept a look from succeeding; the contents handed out last stay in force. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads files that rotate together (a certificate and its key, a token), now and again every `interval`, and hands out their contents whenever any
 * changed. It polls, since a rename by way of a symbolic link, as the kubelet projects volumes, goes unnoticed by inotify.
 * @param onChange may reject to refuse contents (half of a pair is new); they are offered again at the next look
 * @returns after the first contents were taken
 * @throws whatever the first look throws
 */
export async function followFiles(
  paths: readonly string[],
  onChange: (contents: readonly Buffer[]) => Promise<void> | void,
  { timers, interval, signal, onError }: FollowOptions,
): Promise<void> {
  /** What `onChange` took last. */
  let taken: readonly Buffer[] | undefined;
  const look = async (): Promise<void> => {
    const contents = await Promise.all(paths.map((path) => readFile(path)));
    if (taken !== undefined && contents.every((content, index) => taken?.[index]?.equals(content) === true)) return;
    await onChange(contents);
    taken = contents;
  };
  const lookLater = (): void => {
    if (signal.aborted) return;
    const cancel = timers.setTimeout(() => {
      signal.removeEventListener('abort', cancel);
      void look().catch(onError).finally(lookLater);
    }, interval);
    signal.addEventListener('abort', cancel, { once: true });
  };
  await look();
  lookLater();
}
