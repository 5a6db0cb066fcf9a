import { formatCidr, parseCidr } from '@keelson/apimachinery';
import type { FlagValues } from '@keelson/component-base';
import type { ProxyConfiguration } from './configuration-file';
import type { proxyFlags } from './proxy-flags';

/** What kube-proxy acts on: flags and file, read and checked. */
export interface ProxySettings {
  readonly kubeconfig: string;
  /** Names of the nodes whose pods run on this machine; at least one. */
  readonly localNodes: readonly string[];
  /** The pods' network, in canonical form; undefined if pods are not told from others. */
  readonly clusterCIDR: string | undefined;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  /** Networks in canonical form, or `primary`; empty for all addresses. */
  readonly nodePortAddresses: readonly string[];
  /** Milliseconds, the least between two syncs and the most between two checks. */
  readonly minSyncPeriod: number;
  readonly syncPeriod: number;
  /** `ADDRESS:PORT`; empty for none. */
  readonly healthzBindAddress: string;
  readonly metricsBindAddress: string;
}

type ProxyFlagValues = FlagValues<typeof proxyFlags>;

/**
 * With a file it is the file that counts, as upstream's, and of the flags just `--hostname-override` and `--local-nodes`; what a file leaves out has the default.
 * @param hostname the machine's, which is the node's name unless it is given
 * @throws Error that names the setting and what is wrong with it
 */
export function proxySettings(values: ProxyFlagValues, file: ProxyConfiguration | undefined, hostname: string): ProxySettings {
  const plain = file ?? fromFlags(values);
  const kubeconfig = file === undefined ? values.kubeconfig : file.kubeconfig;
  if (kubeconfig === undefined || kubeconfig === '')
    throw new Error('--kubeconfig (clientConnection.kubeconfig) is required: kube-proxy does not run without an API server');
  const bit = plain.masqueradeBit;
  if (bit < 0 || bit > 31) throw new Error(`the masquerade bit must be from 0 to 31: ${bit}`);
  const nodeName = (values['hostname-override'] ?? file?.hostnameOverride ?? hostname).trim().toLowerCase();
  return {
    ...plain,
    kubeconfig,
    localNodes: values['local-nodes'].length > 0 ? values['local-nodes'] : [nodeName],
    clusterCIDR: plain.clusterCIDR === '' ? undefined : ipv4Network(plain.clusterCIDR, 'the cluster CIDR'),
    nodePortAddresses: plain.nodePortAddresses.map((entry) => (entry === 'primary' ? entry : ipv4Network(entry, 'a node port address'))),
  };
}

function fromFlags(values: ProxyFlagValues): ProxyConfiguration {
  return {
    kubeconfig: values.kubeconfig,
    hostnameOverride: undefined,
    clusterCIDR: values['cluster-cidr'],
    masqueradeAll: values['masquerade-all'],
    masqueradeBit: values['iptables-masquerade-bit'],
    nodePortAddresses: values['nodeport-addresses'],
    minSyncPeriod: values['iptables-min-sync-period'],
    syncPeriod: values['iptables-sync-period'],
    healthzBindAddress: values['healthz-bind-address'],
    metricsBindAddress: values['metrics-bind-address'],
  };
}

/** Of a dual-stack pair (`10.244.0.0/16,fd00::/48`) the IPv4 one. */
function ipv4Network(text: string, what: string): string {
  const networks = text.split(',').map((part) => ({ part, cidr: parseCidr(part.trim()) }));
  const wrong = networks.find(({ cidr }) => cidr === undefined);
  if (wrong !== undefined) throw new Error(`${what} must be a network like 10.244.0.0/16: ${JSON.stringify(wrong.part)}`);
  const ipv4 = networks.find(({ cidr }) => cidr?.family === 4)?.cidr;
  if (ipv4 === undefined) throw new Error(`${what} must be of IPv4, the only family that this kube-proxy serves: ${JSON.stringify(text)}`);
  return formatCidr(ipv4);
}
