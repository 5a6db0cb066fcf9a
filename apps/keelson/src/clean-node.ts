import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeNodeTraces, unmountBelow } from '@keelson/launcher';

/** Where the kubelet keeps the logs of pods, a folder for each, `NAMESPACE_NAME_UID`. */
const POD_LOGS = '/var/log/pods';

/** @param root the kubelet's folder, absolute; it stays, empty */
export async function cleanNode(name: string, root: string): Promise<void> {
  await removeNodeTraces([name], { network: true });
  await unmountBelow(root);
  const pods = new Set(await entriesOf(join(root, 'pods')));
  for (const entry of await entriesOf(POD_LOGS))
    if (pods.has(entry.slice(entry.lastIndexOf('_') + 1))) await rm(join(POD_LOGS, entry), { recursive: true, force: true });
  for (const entry of await entriesOf(root)) await rm(join(root, entry), { recursive: true, force: true });
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}
