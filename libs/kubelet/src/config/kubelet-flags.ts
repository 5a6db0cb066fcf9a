import { flag, flagOf, tlsFlags, type FlagValues } from '@keelson/component-base';
import type { Taint } from '@keelson/api';
import { present, UNLIMITED_PULLS } from './configuration-file';
import { KUBELET_DEFAULTS, type KubeletConfig } from './kubelet-config';

const section = 'Kubelet';
const deprecated = "This parameter should be set via the config file specified by the Kubelet's --config flag.";
const D = KUBELET_DEFAULTS;

/** `key=value:effect`, comma-separated. */
const taints = flagOf<readonly Taint[]>({
  name: '[]v1.Taint',
  parse: (text) =>
    text
      .split(',')
      .filter((part) => part !== '')
      .map(parseTaint),
  format: (value) => value.map(({ key, value: of = '', effect }) => `${key}=${of}:${effect}`).join(','),
  join: (earlier, later) => [...earlier, ...later],
});

function parseTaint(text: string): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text);
  if (match === null) throw new Error(`invalid taint spec: ${text}`);
  const [, key = '', value = '', effect = ''] = match;
  return { key, effect, ...(value === '' ? {} : { value }) };
}

/** Upstream's flags, as far as they do something here, and Keelson's own for its Docker network and simulated nodes. */
export const kubeletFlags = {
  config: flag.string({ section, usage: 'A KubeletConfiguration file; flags win over what it says.', default: '' }),
  kubeconfig: flag.string({
    section,
    usage: 'The kubeconfig file that says how to reach the API server.',
    default: '',
  }),
  'hostname-override': flag.string({ section, usage: 'The name of the node, instead of the host name.', default: '' }),
  'node-ip': flag.string({ section, usage: "The node's address, or a comma-separated dual-stack pair; detected if empty.", default: '' }),
  'node-labels': flag.mapStringString({ section, usage: 'Labels to register the node with, as key=value pairs.' }),
  'root-dir': flag.string({ section, usage: "The folder of the kubelet's files: pods and their volumes.", default: D.rootDir }),
  'cert-dir': flag.string({ section, usage: 'The folder of the certificate made if none is given.', default: D.certDir }),
  'cloud-provider': flag.choice(['', 'external'])({
    section,
    usage: 'external: a cloud-controller-manager initialises the node.',
    default: '',
  }),
  'pod-network-cidr': flag.string({
    section,
    usage: "The addresses of all the cluster's pods; with it pods are on a bridge of Keelson's, without it on Docker's own.",
    default: '',
  }),
  'pod-network-bridge': flag.string({ section, usage: 'The name of that bridge.', default: D.podNetworkBridge }),
  'hollow-nodes': flag.int32({ section, usage: 'Simulates this many nodes instead of being one.', default: 0 }),
  'hollow-kubeconfig-dir': flag.string({
    section,
    usage: 'A folder with a kubeconfig NAME.conf for each simulated node, in place of --kubeconfig.',
    default: '',
  }),
  'hollow-node-prefix': flag.string({ section, usage: 'The names of simulated nodes, before their numbers.', default: 'hollow-' }),
  'hollow-node-cpus': flag.int32({ section, usage: 'The cores of a simulated node.', default: 4 }),
  'hollow-node-memory': flag.string({ section, usage: 'The memory of a simulated node.', default: '8Gi' }),
  address: flag.ip({ section, usage: 'The address to serve on.', deprecated, default: D.address }),
  port: flag.int32({ section, usage: 'The port to serve on.', deprecated, default: D.port }),
  'healthz-bind-address': flag.ip({ section, usage: 'The address of the health port.', deprecated, default: D.healthzBindAddress }),
  'healthz-port': flag.int32({
    section,
    usage: 'The port that answers /healthz without TLS; 0 for none.',
    deprecated,
    default: D.healthzPort,
  }),
  'enable-server': flag.bool({ section, usage: 'Serve at all.', deprecated, default: D.enableServer }),
  'tls-cert-file': flag.string({ section, usage: 'The certificate to serve with.', deprecated, default: '' }),
  'tls-private-key-file': flag.string({ section, usage: 'Its key.', deprecated, default: '' }),
  ...tlsFlags({ section, deprecated }),
  'client-ca-file': flag.string({
    section,
    usage: 'Clients with a certificate signed by one of these authorities are authenticated by it.',
    deprecated,
    default: '',
  }),
  'anonymous-auth': flag.bool({ section, usage: 'Take requests of nobody in particular as system:anonymous.', deprecated, default: true }),
  'authentication-token-webhook': flag.bool({ section, usage: 'Ask the API server about bearer tokens.', deprecated, default: false }),
  'authentication-token-webhook-cache-ttl': flag.duration({
    section,
    usage: 'How long its answers hold.',
    deprecated,
    default: D.tokenReviewTTL,
  }),
  'authorization-mode': flag.choice(['AlwaysAllow', 'Webhook'])({
    section,
    usage: 'Webhook asks the API server.',
    deprecated,
    default: 'AlwaysAllow',
  }),
  'authorization-webhook-cache-authorized-ttl': flag.duration({
    section,
    usage: 'How long a yes holds.',
    deprecated,
    default: D.authorizedTTL,
  }),
  'authorization-webhook-cache-unauthorized-ttl': flag.duration({
    section,
    usage: 'How long a no holds.',
    deprecated,
    default: D.unauthorizedTTL,
  }),
  'register-node': flag.bool({ section, usage: 'Register the node.', deprecated, default: D.registerNode }),
  'register-with-taints': taints({ section, usage: 'Taints to register the node with, as key=value:effect.', deprecated, default: [] }),
  'provider-id': flag.string({ section, usage: "The cloud's name for the machine.", deprecated, default: '' }),
  'node-status-update-frequency': flag.duration({
    section,
    usage: "How often the node's status is looked at.",
    deprecated,
    default: D.nodeStatusUpdateFrequency,
  }),
  'node-status-max-images': flag.int32({
    section,
    usage: 'How many images the status lists; -1 for all.',
    deprecated,
    default: D.nodeStatusMaxImages,
  }),
  'max-pods': flag.int32({ section, usage: 'How many pods the node takes.', deprecated, default: D.maxPods }),
  'system-reserved': flag.mapStringString({ section, usage: 'Resources kept for the system, such as cpu=200m,memory=500Mi.', deprecated }),
  'kube-reserved': flag.mapStringString({ section, usage: 'Resources kept for Kubernetes.', deprecated }),
  'pod-manifest-path': flag.string({ section, usage: 'The folder of static pods.', deprecated, default: '' }),
  'file-check-frequency': flag.duration({ section, usage: 'How often it is looked at.', deprecated, default: D.fileCheckFrequency }),
  'cluster-dns': flag.strings({ section, usage: "The cluster DNS's addresses.", deprecated }),
  'cluster-domain': flag.string({ section, usage: "The cluster's domain.", deprecated, default: D.clusterDomain }),
  'resolv-conf': flag.string({ section, usage: "The node's resolver configuration.", deprecated, default: D.resolvConf }),
  'pod-max-pids': flag.int({ section, usage: 'Processes a pod may have; -1 for no limit.', deprecated, default: D.podPidsLimit }),
  'cpu-cfs-quota': flag.bool({ section, usage: 'Enforce CPU limits.', deprecated, default: D.cpuCFSQuota }),
  'cpu-cfs-quota-period': flag.duration({ section, usage: 'Over which period.', deprecated, default: D.cpuCFSQuotaPeriod }),
  'serialize-image-pulls': flag.bool({ section, usage: 'Pull one image at a time.', deprecated, default: true }),
  'container-runtime-endpoint': flag.string({
    section,
    usage: 'The socket of the container engine.',
    deprecated,
    default: D.containerRuntimeEndpoint,
  }),
} as const;

export type KubeletFlagValues = FlagValues<typeof kubeletFlags>;

/**
 * Flags over file over defaults. A flag that was not given leaves the file's value, and without a file its own default counts, which for
 * authentication is laxer than the file's, as upstream's.
 */
export function kubeletConfig(
  values: KubeletFlagValues,
  {
    given,
    file,
    hostname,
  }: { readonly given: ReadonlySet<string>; readonly file: Partial<KubeletConfig> | undefined; readonly hostname: string },
): KubeletConfig {
  const counts = (name: keyof KubeletFlagValues): boolean => given.has(name) || file === undefined;
  const of = <N extends keyof KubeletFlagValues>(name: N): KubeletFlagValues[N] | undefined => (counts(name) ? values[name] : undefined);
  const nodeName = values['hostname-override'] === '' ? hostname : values['hostname-override'];
  const alwaysFromFlags = {
    nodeName: nodeName.trim().toLowerCase(),
    rootDir: values['root-dir'],
    certDir: values['cert-dir'],
    podNetworkBridge: values['pod-network-bridge'],
    podNetworkSubnet: values['pod-network-cidr'],
    nodeLabels: values['node-labels'],
    nodeIPs: values['node-ip']
      .split(',')
      .map((ip) => ip.trim())
      .filter((ip) => ip !== '' && ip !== '0.0.0.0' && ip !== '::'),
    externalCloudProvider: values['cloud-provider'] === 'external',
  };
  return { ...KUBELET_DEFAULTS, ...file, ...alwaysFromFlags, ...serverFlags(of), ...nodeFlags(of), ...podFlags(of) };
}

type Of = <N extends keyof KubeletFlagValues>(name: N) => KubeletFlagValues[N] | undefined;

function serverFlags(of: Of): Partial<KubeletConfig> {
  return present<KubeletConfig>({
    address: of('address'),
    port: of('port'),
    healthzBindAddress: of('healthz-bind-address'),
    healthzPort: of('healthz-port'),
    enableServer: of('enable-server'),
    tlsCertFile: of('tls-cert-file'),
    tlsPrivateKeyFile: of('tls-private-key-file'),
    tlsMinVersion: of('tls-min-version'),
    tlsCipherSuites: of('tls-cipher-suites'),
    clientCAFile: of('client-ca-file'),
    anonymousAuth: of('anonymous-auth'),
    tokenReviews: of('authentication-token-webhook'),
    tokenReviewTTL: of('authentication-token-webhook-cache-ttl'),
    authorizationMode: of('authorization-mode'),
    authorizedTTL: of('authorization-webhook-cache-authorized-ttl'),
    unauthorizedTTL: of('authorization-webhook-cache-unauthorized-ttl'),
  });
}

function nodeFlags(of: Of): Partial<KubeletConfig> {
  return present<KubeletConfig>({
    registerNode: of('register-node'),
    registerWithTaints: of('register-with-taints'),
    providerID: of('provider-id'),
    nodeStatusUpdateFrequency: of('node-status-update-frequency'),
    nodeStatusMaxImages: of('node-status-max-images'),
    maxPods: of('max-pods'),
    systemReserved: of('system-reserved'),
    kubeReserved: of('kube-reserved'),
  });
}

function podFlags(of: Of): Partial<KubeletConfig> {
  const serialize = of('serialize-image-pulls');
  return present<KubeletConfig>({
    staticPodPath: of('pod-manifest-path'),
    fileCheckFrequency: of('file-check-frequency'),
    clusterDNS: of('cluster-dns'),
    clusterDomain: of('cluster-domain'),
    resolvConf: of('resolv-conf'),
    podPidsLimit: of('pod-max-pids'),
    cpuCFSQuota: of('cpu-cfs-quota'),
    cpuCFSQuotaPeriod: of('cpu-cfs-quota-period'),
    containerRuntimeEndpoint: of('container-runtime-endpoint'),
    maxParallelImagePulls: serialize === undefined ? undefined : serialize ? 1 : UNLIMITED_PULLS,
  });
}
