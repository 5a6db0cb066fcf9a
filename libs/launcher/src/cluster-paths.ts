import { clusterPkiPaths, type ClusterPkiPaths } from '@keelson/pki';
import type { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';
import { nodeName } from './daemon-specs';

/** In one process, kubelets need no certificate to be known. */
export function nodesWithCredentials({ nodes, oneProcess }: ClusterSettings): readonly string[] {
  return oneProcess ? [] : Array.from({ length: nodes }, (_, index) => nodeName(index));
}

/** Where the certificates and kubeconfigs of a cluster are, whether they are there or not. */
export function clusterPaths(folder: ClusterFolder, settings: ClusterSettings): ClusterPkiPaths {
  return clusterPkiPaths(folder.configuration, nodesWithCredentials(settings));
}
