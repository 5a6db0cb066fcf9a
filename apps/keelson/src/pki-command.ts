import type { Command } from 'commander';

export interface PkiOptions {
  readonly server: string;
  readonly node: readonly string[];
  readonly name: readonly string[];
  readonly address: readonly string[];
  readonly etcd: readonly string[];
  readonly serviceClusterIpRange: string;
  readonly clusterDomain: string;
}

/** `keelson pki`: for those who start the daemons by other means than `keelson up`, as in `deploy/`. */
export function addPkiCommand(program: Command): void {
  program
    .command('pki')
    .argument('<folder>', 'where they are kept, such as /etc/kubernetes')
    .description('make or renew the certificates and kubeconfigs of a cluster, and print the files written')
    .option('--server <url>', "the API server's URL, for the kubeconfigs", 'https://127.0.0.1:6443')
    .option('--node <name...>', 'nodes whose kubelets get a kubeconfig', [])
    .option('--name <name...>', 'more names of the API server', [])
    .option('--address <ip...>', 'more addresses of the API server', [])
    .option('--etcd <name...>', "names of etcd's members; with none, there are no certificates for etcd", [])
    .option('--service-cluster-ip-range <cidr>', 'the addresses of Services, as kube-apiserver has them', '10.96.0.0/16')
    .option('--cluster-domain <domain>', "the cluster's domain", 'cluster.local')
    .action(async (folder: string, options: PkiOptions) => {
      const { makePki } = await import('./make-pki');
      await makePki(folder, options);
    });
}
