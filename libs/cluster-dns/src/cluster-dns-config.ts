import { flag, type FlagValues } from '@keelson/component-base';

const SERVING = 'Serving';
const ANSWERS = 'Answers';

/** Where upstream's pods of the cluster's DNS listen, and what the standard Corefile says. */
export const clusterDnsFlags = {
  'bind-address': flag.ip({ section: SERVING, usage: 'The address to serve on; :: takes IPv4 too', default: '::' }),
  'dns-port': flag.int({ section: SERVING, usage: 'The port of DNS, over UDP and TCP', default: 53 }),
  'health-port': flag.int({ section: SERVING, usage: 'The port of /health', default: 8080 }),
  'ready-port': flag.int({ section: SERVING, usage: 'The port of /ready', default: 8181 }),
  'metrics-port': flag.int({ section: SERVING, usage: 'The port of /metrics', default: 9153 }),
  kubeconfig: flag.string({
    section: SERVING,
    usage: "The kubeconfig file that says how to reach the API server; the pod's own account if absent",
  }),
  'cluster-domain': flag.string({ section: ANSWERS, usage: 'The domain of the cluster', default: 'cluster.local' }),
  ttl: flag.int({ section: ANSWERS, usage: 'How many seconds answers may be kept', default: 30 }),
  'resolv-conf': flag.string({
    section: ANSWERS,
    usage: 'The file that names the servers to ask for all other names',
    default: '/etc/resolv.conf',
  }),
};

export type ClusterDnsConfig = FlagValues<typeof clusterDnsFlags>;
