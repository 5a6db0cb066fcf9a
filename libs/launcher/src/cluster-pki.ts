import type { Clock } from '@keelson/apimachinery';
import { ensureClusterPki, type ClusterPki } from '@keelson/pki';
import type { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';
import { KUBERNETES_ADDRESS } from './daemon-specs';
import { nodesWithCredentials } from './cluster-paths';

/** The certificates and kubeconfigs of a cluster, made or renewed as far as its settings need it. */
export function ensurePki(folder: ClusterFolder, settings: ClusterSettings, clock: Clock): Promise<ClusterPki> {
  const { advertiseAddress, securePort, store } = settings;
  return ensureClusterPki(folder.configuration, {
    server: `https://127.0.0.1:${securePort}`,
    serviceAddress: KUBERNETES_ADDRESS,
    apiServerAddresses: [advertiseAddress],
    nodes: nodesWithCredentials(settings),
    etcd: store === 'etcd',
    clock,
  });
}
