import type { Taint } from '@keelson/api';

/** Everything a kubelet is told, after flags and file have been put together. Durations in milliseconds. */
export interface KubeletConfig {
  readonly nodeName: string;
  readonly rootDir: string;
  readonly certDir: string;
  readonly containerRuntimeEndpoint: string;
  /** Keelson's own bridge for Docker; Docker's default bridge if the subnet is empty. */
  readonly podNetworkBridge: string;
  readonly podNetworkSubnet: string;

  readonly address: string;
  readonly port: number;
  readonly healthzBindAddress: string;
  /** 0: no such port. */
  readonly healthzPort: number;
  readonly enableServer: boolean;
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  /** Go's names, such as `VersionTLS12`; empty for that. */
  readonly tlsMinVersion: string;
  /** Go's names; empty for the usual ones. */
  readonly tlsCipherSuites: readonly string[];
  readonly clientCAFile: string;
  readonly anonymousAuth: boolean;
  readonly tokenReviews: boolean;
  readonly tokenReviewTTL: number;
  readonly authorizationMode: 'AlwaysAllow' | 'Webhook';
  readonly authorizedTTL: number;
  readonly unauthorizedTTL: number;

  readonly registerNode: boolean;
  readonly registerWithTaints: readonly Taint[];
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly nodeIPs: readonly string[];
  readonly providerID: string;
  readonly externalCloudProvider: boolean;
  readonly nodeStatusUpdateFrequency: number;
  readonly nodeStatusReportFrequency: number;
  readonly nodeLeaseDurationSeconds: number;
  readonly nodeStatusMaxImages: number;
  readonly maxPods: number;
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly kubeReserved: Readonly<Record<string, string>>;
  readonly evictionHard: Readonly<Record<string, string>>;

  readonly staticPodPath: string;
  readonly fileCheckFrequency: number;
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  readonly resolvConf: string;
  readonly podLogsDir: string;
  readonly podPidsLimit: number;
  readonly cpuCFSQuota: boolean;
  readonly cpuCFSQuotaPeriod: number;
  readonly maxParallelImagePulls: number;
}

const MINUTE = 60_000;

/** Upstream's defaults of KubeletConfiguration v1beta1; `nodeName` has none. */
export const KUBELET_DEFAULTS: Omit<KubeletConfig, 'nodeName'> = {
  rootDir: '/var/lib/kubelet',
  certDir: '/var/lib/kubelet/pki',
  containerRuntimeEndpoint: 'unix:///var/run/docker.sock',
  podNetworkBridge: 'keelson0',
  podNetworkSubnet: '',
  address: '0.0.0.0',
  port: 10250,
  healthzBindAddress: '127.0.0.1',
  healthzPort: 10248,
  enableServer: true,
  tlsCertFile: '',
  tlsPrivateKeyFile: '',
  tlsMinVersion: '',
  tlsCipherSuites: [],
  clientCAFile: '',
  anonymousAuth: false,
  tokenReviews: true,
  tokenReviewTTL: 2 * MINUTE,
  authorizationMode: 'Webhook',
  authorizedTTL: 5 * MINUTE,
  unauthorizedTTL: 30_000,
  registerNode: true,
  registerWithTaints: [],
  nodeLabels: {},
  nodeIPs: [],
  providerID: '',
  externalCloudProvider: false,
  nodeStatusUpdateFrequency: 10_000,
  nodeStatusReportFrequency: 5 * MINUTE,
  nodeLeaseDurationSeconds: 40,
  nodeStatusMaxImages: 50,
  maxPods: 110,
  systemReserved: {},
  kubeReserved: {},
  evictionHard: { 'memory.available': '100Mi' },
  staticPodPath: '',
  fileCheckFrequency: 20_000,
  clusterDNS: [],
  clusterDomain: 'cluster.local',
  resolvConf: '/etc/resolv.conf',
  podLogsDir: '/var/log/pods',
  podPidsLimit: -1,
  cpuCFSQuota: true,
  cpuCFSQuotaPeriod: 100,
  maxParallelImagePulls: 1,
};

/** What is wrong with a configuration, a line for each; empty if nothing is. */
export function validateKubeletConfig(config: KubeletConfig): string[] {
  const problems: string[] = [];
  const require = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(`invalid configuration: ${problem}`);
  };
  const isPort = (port: number): boolean => port >= 0 && port <= 65535;
  require(isPort(config.port) && config.port > 0, `port (--port) ${config.port} must be between 1 and 65535, inclusive`);
  require(isPort(config.healthzPort), `healthzPort (--healthz-port) ${config.healthzPort} must be between 0 and 65535, inclusive`);
  require(config.maxPods >= 0, `maxPods (--max-pods) ${config.maxPods} must not be a negative number`);
  require(config.maxParallelImagePulls > 0, `maxParallelImagePulls ${config.maxParallelImagePulls} must be a positive number`);
  require(config.nodeLeaseDurationSeconds > 0, `nodeLeaseDurationSeconds must be greater than 0`);
  require(config.cpuCFSQuotaPeriod >= 1 &&
    config.cpuCFSQuotaPeriod <= 1000, `cpuCFSQuotaPeriod (--cpu-cfs-quota-period) must be between 1ms and 1sec, inclusive`);
  require(config.authorizationMode === 'AlwaysAllow' || config.enableServer, 'authorization needs the server (--enable-server)');
  return problems;
}
