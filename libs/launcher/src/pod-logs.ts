import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where kubelets keep the logs of pods, a folder for each, `NAMESPACE_NAME_UID`; all nodes of a machine share it. */
const POD_LOGS = '/var/log/pods';

/** Removes the folders of these pods' logs, and no others'. */
export async function removePodLogs(uids: ReadonlySet<string>, folder = POD_LOGS): Promise<void> {
  const own = (await entriesOf(folder)).filter((entry) => uids.has(entry.slice(entry.lastIndexOf('_') + 1)));
  await Promise.all(own.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
}

/** @returns none if there is no such folder */
export async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}
