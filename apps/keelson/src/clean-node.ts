import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeNodeTraces, unmountBelow } from '@keelson/launcher';

/** @param root the kubelet's folder, absolute; it stays, empty */
export async function cleanNode(name: string, root: string): Promise<void> {
  await removeNodeTraces([{ name, root }], { network: true });
  await unmountBelow(root);
  for (const entry of await readdir(root).catch(ignoreMissing)) await rm(join(root, entry), { recursive: true, force: true });
}

function ignoreMissing(error: unknown): readonly string[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}
