import { field, loadConfigFile } from '@keelson/component-base';
import { PROXY_DEFAULTS as D } from './proxy-flags';

/** The fields of KubeProxyConfiguration that this kube-proxy acts on; any other is an error rather than silently without effect. */
const FIELDS = {
  clientConnection: field.object({ kubeconfig: field.string }),
  hostnameOverride: field.string,
  healthzBindAddress: field.string,
  metricsBindAddress: field.string,
  mode: field.string,
  nftables: field.object({
    masqueradeBit: field.int,
    masqueradeAll: field.bool,
    syncPeriod: field.duration,
    minSyncPeriod: field.duration,
  }),
  detectLocalMode: field.string,
  clusterCIDR: field.string,
  nodePortAddresses: field.list(field.string),
} as const;

/** What a file says, with defaults for what it leaves out. Durations are milliseconds. */
export interface ProxyConfiguration {
  readonly kubeconfig: string | undefined;
  readonly hostnameOverride: string | undefined;
  readonly healthzBindAddress: string;
  readonly metricsBindAddress: string;
  readonly clusterCIDR: string;
  readonly nodePortAddresses: readonly string[];
  readonly masqueradeBit: number;
  readonly masqueradeAll: boolean;
  readonly syncPeriod: number;
  readonly minSyncPeriod: number;
}

/** Reads a `--config` file. @throws Error, one line that names the file and what is wrong with it */
export async function loadProxyConfiguration(path: string): Promise<ProxyConfiguration> {
  const spec = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', fields: FIELDS };
  const { mode = '', detectLocalMode = '', nftables, ...file } = await loadConfigFile(path, spec);
  if (mode !== '' && mode !== 'nftables') throw new Error(`${path}: mode must be "nftables": ${JSON.stringify(mode)}`);
  if (detectLocalMode !== '' && detectLocalMode !== 'ClusterCIDR')
    throw new Error(`${path}: detectLocalMode must be "ClusterCIDR": ${JSON.stringify(detectLocalMode)}`);
  return {
    kubeconfig: file.clientConnection?.kubeconfig,
    hostnameOverride: nonEmpty(file.hostnameOverride),
    // Upstream's too: an empty address in a file is one left out.
    healthzBindAddress: nonEmpty(file.healthzBindAddress) ?? D.healthzBindAddress,
    metricsBindAddress: nonEmpty(file.metricsBindAddress) ?? D.metricsBindAddress,
    clusterCIDR: file.clusterCIDR ?? '',
    nodePortAddresses: (file.nodePortAddresses ?? []).flatMap((entry) => entry ?? []),
    masqueradeBit: nftables?.masqueradeBit ?? D.masqueradeBit,
    masqueradeAll: nftables?.masqueradeAll ?? false,
    syncPeriod: nftables?.syncPeriod ?? D.syncPeriod,
    minSyncPeriod: nftables?.minSyncPeriod ?? D.minSyncPeriod,
  };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
