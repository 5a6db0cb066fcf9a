import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';

/** Where the kubelet keeps the logs of pods, a folder for each, `NAMESPACE_NAME_UID`. */
const POD_LOGS = '/var/log/pods';

/** `keelson clean-node`: for those who start the daemons by other means than `keelson up`, as in `deploy/`. */
export function addCleanNodeCommand(program: Command): void {
  program
    .command('clean-node')
    .argument('<name>', "the node's name")
    .description('remove what a stopped kubelet and kube-proxy have left on this machine: containers, network, rules, mounts, files')
    .option('--root-dir <folder>', "the kubelet's folder", '/var/lib/kubelet')
    .action((name: string, { rootDir }: { readonly rootDir: string }) => cleanNode(name, resolve(rootDir)));
}

async function cleanNode(name: string, root: string): Promise<void> {
  const { removeNodeTraces, unmountBelow } = await import('@keelson/launcher');
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
