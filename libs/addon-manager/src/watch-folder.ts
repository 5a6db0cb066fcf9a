import { stat, watch } from 'node:fs/promises';

/**
 * Calls `onChange` when something in `folder` changes, until `signal` aborts. Best effort: whoever calls looks now and then by himself.
 * @throws Error if the folder can't be watched, or no longer
 */
export async function watchFolder(folder: string, onChange: () => void, signal: AbortSignal): Promise<void> {
  // Watched recursively, a folder that is not there never changes, without a word.
  await stat(folder);
  const changes = watch(folder, { recursive: true, persistent: false, signal })[Symbol.asyncIterator]();
  try {
    while ((await changes.next()).done !== true) onChange();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
