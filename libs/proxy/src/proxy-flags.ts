import { flag } from '@keelson/component-base';

const section = 'kube-proxy';

/** The defaults of flags and of the configuration file, upstream's. */
export const PROXY_DEFAULTS = {
  masqueradeBit: 14,
  minSyncPeriod: 1_000,
  syncPeriod: 30_000,
  healthzBindAddress: '0.0.0.0:10256',
  metricsBindAddress: '127.0.0.1:10249',
} as const;

const D = PROXY_DEFAULTS;

/** kube-proxy's flags: upstream's, and one of Keelson's own, `--local-nodes`. */
export const proxyFlags = {
  config: flag.string({ section, usage: 'Path to a KubeProxyConfiguration file. Most other flags then count for nothing.' }),
  kubeconfig: flag.string({ section, usage: 'Path to a kubeconfig file that tells how to reach the API server.' }),
  cleanup: flag.bool({ section, usage: 'Remove all rules that it has written, and end.' }),
  'proxy-mode': flag.choice(['nftables'])({ section, usage: 'How packets are led to endpoints.', default: 'nftables' }),
  'hostname-override': flag.string({ section, usage: "This machine's node name, if it is not its host name." }),
  'local-nodes': flag.strings({
    section,
    usage:
      'The names of all nodes whose pods run on this machine, if there are several. Their endpoints are the ones that a traffic policy Local means.',
  }),
  'detect-local-mode': flag.choice(['ClusterCIDR'])({
    section,
    usage: 'How traffic of pods is told from that from outside.',
    default: 'ClusterCIDR',
  }),
  'cluster-cidr': flag.string({
    section,
    usage: 'The network of all pods. What comes from elsewhere to a cluster IP is masqueraded.',
    default: '',
  }),
  'masquerade-all': flag.bool({ section, usage: 'Masquerade everything that goes to a cluster IP.' }),
  'iptables-masquerade-bit': flag.int32({
    section,
    usage: 'Which bit of the mark says that a packet is to be masqueraded; from 0 to 31.',
    default: D.masqueradeBit,
  }),
  'nodeport-addresses': flag.strings({
    section,
    usage: "The networks on whose addresses node ports are open, or primary for the nodes' own addresses; all but loopback if empty.",
  }),
  'iptables-min-sync-period': flag.duration({
    section,
    usage: 'The least time between two writes of the rules.',
    default: D.minSyncPeriod,
  }),
  'iptables-sync-period': flag.duration({
    section,
    usage: 'The rules in the kernel are checked at least this often.',
    default: D.syncPeriod,
  }),
  'healthz-bind-address': flag.string({ section, usage: 'IP address and port of /healthz; none if empty.', default: D.healthzBindAddress }),
  'metrics-bind-address': flag.string({ section, usage: 'IP address and port of /metrics; none if empty.', default: D.metricsBindAddress }),
} as const;

/** Flags that count beside a `--config` file. */
export const FLAGS_BESIDE_CONFIG: ReadonlySet<string> = new Set(['config', 'cleanup', 'hostname-override', 'local-nodes']);
