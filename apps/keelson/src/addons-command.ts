import { resolve } from 'node:path';
import type { Command } from 'commander';

export interface AddonsOptions {
  readonly dnsImage?: string;
  readonly clusterDns: string;
  readonly clusterDomain: string;
}

/** `keelson addons`: for those who start the daemons by other means than `keelson up`, as in `deploy/`. */
export function addAddonsCommand(program: Command, dist: string): void {
  program
    .command('addons')
    .argument('<folder>', "the addon manager's, such as /etc/kubernetes/addons")
    .description("write the manifests of the cluster's addons, and make their images in this machine's Docker")
    .option('--dns-image <reference>', 'an image of cluster-dns that every node has, in place of one that is made here')
    .option('--cluster-dns <ip>', "the address of the cluster's DNS, as kubelets have it", '10.96.0.10')
    .option('--cluster-domain <domain>', "the cluster's domain", 'cluster.local')
    .action(async (folder: string, options: AddonsOptions) => {
      const { provideAddons } = await import('./provide-addons');
      await provideAddons(resolve(folder), dist, options);
    });
}
