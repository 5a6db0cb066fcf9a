import type { DeepReadonly, HostAlias } from '@keelson/api';
import type { PodHostname } from './pod-hostname';

const FOR_EVERY_POD = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

/** `/etc/hosts` of a pod with a network of its own. */
export function hostsFile(ips: readonly string[], { hostname, domain }: PodHostname, aliases: readonly DeepReadonly<HostAlias>[]): string {
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  return FOR_EVERY_POD + ips.map((ip) => `${ip}\t${names}\n`).join('') + aliasEntries(aliases);
}

/** `/etc/hosts` of a pod on the node's network: the node's own, and the pod's aliases. */
export function hostNetworkHostsFile(nodeHostsFile: string, aliases: readonly DeepReadonly<HostAlias>[]): string {
  return `# Kubernetes-managed hosts file (host network).\n${nodeHostsFile}${aliasEntries(aliases)}`;
}

function aliasEntries(aliases: readonly DeepReadonly<HostAlias>[]): string {
  if (aliases.length === 0) return '';
  return `\n# Entries added by HostAliases.\n${aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('')}`;
}
