import { namespaceOf } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';

export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface DNSSettings {
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  /** The node's own, from `--resolv-conf`. */
  readonly node: ResolverConfig;
}

/** glibc's and Kubernetes' limits; what is over is left out. */
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** What a pod's `/etc/resolv.conf` says, by its `dnsPolicy` and `dnsConfig`. */
export function podDNS(pod: ReadonlyPod, settings: DNSSettings): ResolverConfig {
  const base = baseConfig(pod, settings);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const own = options.map(({ name = '', value }) => (value === undefined || value === '' ? name : `${name}:${value}`));
  return {
    servers: unique([...base.servers, ...nameservers]).slice(0, MAX_SERVERS),
    searches: withinLimits(unique([...base.searches, ...searches])),
    options: mergeOptions(base.options, own),
  };
}

/** Whether the pod asks for a cluster DNS that this kubelet does not know of: it gets the node's resolver instead, and an event. */
export function lacksClusterDNS(pod: ReadonlyPod, { clusterDNS }: DNSSettings): boolean {
  return wantsClusterDNS(pod) && clusterDNS.length === 0;
}

function wantsClusterDNS({ spec }: ReadonlyPod): boolean {
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  return policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true);
}

function baseConfig(pod: ReadonlyPod, { clusterDNS, clusterDomain, node }: DNSSettings): ResolverConfig {
  if (pod.spec.dnsPolicy === 'None') return { servers: [], searches: [], options: [] };
  if (!wantsClusterDNS(pod) || clusterDNS.length === 0) return node;
  const domains = [`${namespaceOf(pod)}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterDNS, searches: unique([...domains, ...node.searches]), options: ['ndots:5'] };
}

/** Options by name, the pod's own before those it was given. */
function mergeOptions(base: readonly string[], own: readonly string[]): string[] {
  const nameOf = (option: string): string => option.split(':')[0] ?? option;
  return [...new Map([...base, ...own].map((option) => [nameOf(option), option])).values()];
}

function withinLimits(searches: readonly string[]): string[] {
  let characters = 0;
  return searches.slice(0, MAX_SEARCHES).filter((search) => (characters += search.length + 1) <= MAX_SEARCH_CHARACTERS + 1);
}

const unique = (list: readonly string[]): string[] => [...new Set(list)];

/** Reads a `resolv.conf`: `nameserver`, the last `search` and the last `options`. */
export function parseResolvConf(text: string): ResolverConfig {
  const config = { servers: [] as string[], searches: [] as string[], options: [] as string[] };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined) config.servers.push(values[0]);
    if (keyword === 'search') config.searches = values.map((domain) => (domain === '.' ? domain : domain.replace(/\.$/, '')));
    if (keyword === 'options') config.options = values;
  }
  return config;
}
