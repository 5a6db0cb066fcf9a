import type { Clock } from '@keelson/apimachinery';
import { ensureClusterPki, type ClusterPki } from '@keelson/pki';
import type { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';
import { KUBERNETES_ADDRESS, nodeName } from './daemon-specs';

/** The certificates and kubeconfigs of a cluster, made or renewed as far as its settings need it. */
export function ensurePki(folder: ClusterFolder, settings: ClusterSettings, clock: Clock): Promise<ClusterPki> {
  const { advertiseAddress, nodes, oneProcess, securePort, store } = settings;
  return ensureClusterPki(folder.configuration, {
    server: `https://127.0.0.1:${securePort}`,
    serviceAddress: KUBERNETES_ADDRESS,
    apiServerAddresses: [advertiseAddress],
    // In one process, kubelets need no certificate to be known.
    nodes: oneProcess ? [] : Array.from({ length: nodes }, (_, index) => nodeName(index)),
    etcd: store === 'etcd',
    clock,
  });
}
