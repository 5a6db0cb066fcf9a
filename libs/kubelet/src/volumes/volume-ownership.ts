import { chmod, chown, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Gives everything below `path` to the pod's group, readable by it (and writable, unless `readOnly`), with directories that hand the group
 * on to what is made in them (upstream: pkg/volume/volume_linux.go).
 */
export async function giveToGroup(path: string, group: number, { readOnly }: { readonly readOnly: boolean }): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return lchown(path, found.uid, group);
  const mask = readOnly ? 0o440 : 0o660;
  await chown(path, found.uid, group);
  await chmod(path, (found.mode & 0o7777) | mask | (found.isDirectory() ? 0o2110 : 0));
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await giveToGroup(join(path, name), group, { readOnly });
}
