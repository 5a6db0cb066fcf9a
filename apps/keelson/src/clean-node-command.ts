import { resolve } from 'node:path';
import type { Command } from 'commander';

/** `keelson clean-node`: for those who start the daemons by other means than `keelson up`, as in `deploy/`. */
export function addCleanNodeCommand(program: Command): void {
  program
    .command('clean-node')
    .argument('<name>', "the node's name")
    .description('remove what a stopped kubelet and kube-proxy have left on this machine: containers, network, rules, mounts, files')
    .option('--root-dir <folder>', "the kubelet's folder", '/var/lib/kubelet')
    .action(async (name: string, { rootDir }: { readonly rootDir: string }) => {
      const { cleanNode } = await import('./clean-node');
      await cleanNode(name, resolve(rootDir));
    });
}
