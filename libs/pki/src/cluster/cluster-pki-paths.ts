import { dirname, join } from 'node:path';

/** The files of etcd and of who calls it. */
export interface EtcdPki {
  readonly caFile: string;
  readonly serverCertificateFile: string;
  readonly serverKeyFile: string;
  readonly peerCertificateFile: string;
  readonly peerKeyFile: string;
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
}

/** Where everything is, absolute if the folder was. */
export interface ClusterPkiPaths {
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly apiServerCertificateFile: string;
  readonly apiServerKeyFile: string;
  readonly kubeletClientCertificateFile: string;
  readonly kubeletClientKeyFile: string;
  readonly frontProxyCaFile: string;
  readonly frontProxyClientCertificateFile: string;
  readonly frontProxyClientKeyFile: string;
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  readonly kubeconfigs: {
    readonly admin: string;
    readonly controllerManager: string;
    readonly scheduler: string;
    readonly kubeProxy: string;
    readonly addonManager: string;
    readonly cloudControllerManager: string;
    /** The folder of those of nodes, `NAME.conf` each. */
    readonly kubeletFolder: string;
    /** By node name. */
    readonly kubelets: Readonly<Record<string, string>>;
  };
  /** Files that are there only if asked for. */
  readonly etcd: EtcdPki;
}

export const kubeletConfigPath = (folder: string, node: string): string => join(folder, 'kubelets', `${node}.conf`);

/** Where `ensureClusterPki` puts everything, whether it is there or not. */
export function clusterPkiPaths(folder: string, nodes: readonly string[]): ClusterPkiPaths {
  const pki = (name: string): string => join(folder, 'pki', name);
  const kubeconfig = (name: string): string => join(folder, `${name}.conf`);
  return {
    caFile: pki('ca.crt'),
    caKeyFile: pki('ca.key'),
    apiServerCertificateFile: pki('apiserver.crt'),
    apiServerKeyFile: pki('apiserver.key'),
    kubeletClientCertificateFile: pki('apiserver-kubelet-client.crt'),
    kubeletClientKeyFile: pki('apiserver-kubelet-client.key'),
    frontProxyCaFile: pki('front-proxy-ca.crt'),
    frontProxyClientCertificateFile: pki('front-proxy-client.crt'),
    frontProxyClientKeyFile: pki('front-proxy-client.key'),
    serviceAccountKeyFile: pki('sa.key'),
    serviceAccountPublicKeyFile: pki('sa.pub'),
    kubeconfigs: {
      admin: kubeconfig('admin'),
      controllerManager: kubeconfig('controller-manager'),
      scheduler: kubeconfig('scheduler'),
      kubeProxy: kubeconfig('kube-proxy'),
      addonManager: kubeconfig('addon-manager'),
      cloudControllerManager: kubeconfig('cloud-controller-manager'),
      kubeletFolder: dirname(kubeletConfigPath(folder, '')),
      kubelets: Object.fromEntries(nodes.map((node) => [node, kubeletConfigPath(folder, node)])),
    },
    etcd: {
      caFile: pki('etcd/ca.crt'),
      serverCertificateFile: pki('etcd/server.crt'),
      serverKeyFile: pki('etcd/server.key'),
      peerCertificateFile: pki('etcd/peer.crt'),
      peerKeyFile: pki('etcd/peer.key'),
      clientCertificateFile: pki('apiserver-etcd-client.crt'),
      clientKeyFile: pki('apiserver-etcd-client.key'),
    },
  };
}
