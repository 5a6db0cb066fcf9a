import { join } from 'node:path';
import type { ClusterPkiPaths } from '@keelson/pki';
import { addonFolder, addonsOf } from './addons';
import type { ClusterFolder } from './cluster-folder';
import type { ClusterSettings } from './cluster-settings';

export const SERVICE_RANGE = '10.96.0.0/16';
export const KUBERNETES_ADDRESS = '10.96.0.1';
export const CLUSTER_DNS_ADDRESS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';
export const POD_RANGE = '10.244.0.0/16';
/** Simulated nodes have no network that could meet another, so that there may be a /24 for each of 32,768. */
const LARGE_POD_RANGE = '10.128.0.0/9';
const MOST_NODES_OF_POD_RANGE = 256;
export const ISSUER = `https://kubernetes.default.svc.${CLUSTER_DOMAIN}`;

/** One daemon as it is started: upstream's executable with upstream's flags, found among Keelson's own or on the machine. */
export interface DaemonSpec {
  /** What it is called in `keelson status` and `keelson logs`. */
  readonly name: string;
  readonly executable: string;
  readonly args: readonly string[];
  /** Ports it listens on. */
  readonly ports: readonly number[];
}

interface SpecInput {
  readonly folder: ClusterFolder;
  readonly settings: ClusterSettings;
  readonly pki: ClusterPkiPaths;
}

const KUBELET_PORT = 10250;
const KUBELET_HEALTH_PORT = 10248;
const FURTHER_KUBELETS_PORT = 10270;
const CONTROLLER_MANAGER_PORT = 10257;
const SCHEDULER_PORT = 10259;
const CLOUD_CONTROLLER_MANAGER_PORT = 10258;
const PROXY_HEALTH_PORT = 10256;
const PROXY_METRICS_PORT = 10249;
const ADDON_MANAGER_PORT = 10261;
const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;
const ETCD_URL = `https://127.0.0.1:${ETCD_PORT}`;

/** CIDR of the addresses of the pods on so many simulated nodes. */
export const simulatedPodRange = (nodes: number): string => (nodes > MOST_NODES_OF_POD_RANGE ? LARGE_POD_RANGE : POD_RANGE);

export const nodeName = (index: number): string => `node-${index + 1}`;

/** Every daemon of a cluster, in the order in which they are started; they are stopped in the opposite order. */
export function daemonSpecs(input: SpecInput): readonly DaemonSpec[] {
  if (input.settings.oneProcess) return [wholeCluster(input)];
  return [
    ...etcd(input),
    apiserver(input),
    controllerManager(input),
    scheduler(input),
    ...cloudControllerManagers(input),
    ...kubelets(input),
    ...proxies(input),
    ...addonManager(input),
  ];
}

/** The control plane and all simulated nodes; it finds out from the settings what it is to run. */
function wholeCluster({ settings }: SpecInput): DaemonSpec {
  return { name: 'cluster', executable: 'keelson', ports: [settings.securePort], args: ['run-in-one-process'] };
}

/** One member that only this machine can reach, and only with a certificate. */
function etcd({ folder, pki, settings }: SpecInput): readonly DaemonSpec[] {
  if (settings.store !== 'etcd') return [];
  const peer = `https://127.0.0.1:${ETCD_PEER_PORT}`;
  const args = [
    '--name=keelson',
    `--data-dir=${folder.data('etcd')}`,
    `--listen-client-urls=${ETCD_URL}`,
    `--advertise-client-urls=${ETCD_URL}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=keelson=${peer}`,
    '--client-cert-auth=true',
    `--trusted-ca-file=${pki.etcd.caFile}`,
    `--cert-file=${pki.etcd.serverCertificateFile}`,
    `--key-file=${pki.etcd.serverKeyFile}`,
    '--peer-client-cert-auth=true',
    `--peer-trusted-ca-file=${pki.etcd.caFile}`,
    `--peer-cert-file=${pki.etcd.peerCertificateFile}`,
    `--peer-key-file=${pki.etcd.peerKeyFile}`,
    '--snapshot-count=10000',
    // Alone as it is, it waits this long before it elects itself.
    '--election-timeout=500',
  ];
  return [{ name: 'etcd', executable: 'etcd', ports: [ETCD_PORT, ETCD_PEER_PORT], args }];
}

function storeFlags({ folder, pki, settings }: SpecInput): readonly string[] {
  if (settings.store === 'lmdb') return ['--storage-backend=lmdb', `--data-dir=${folder.data('lmdb')}`];
  return [
    `--etcd-servers=${ETCD_URL}`,
    `--etcd-cafile=${pki.etcd.caFile}`,
    `--etcd-certfile=${pki.etcd.clientCertificateFile}`,
    `--etcd-keyfile=${pki.etcd.clientKeyFile}`,
  ];
}

function apiserver(input: SpecInput): DaemonSpec {
  const { pki, settings } = input;
  return {
    name: 'kube-apiserver',
    executable: 'kube-apiserver',
    ports: [settings.securePort],
    args: [
      ...storeFlags(input),
      `--secure-port=${settings.securePort}`,
      `--advertise-address=${settings.advertiseAddress}`,
      `--tls-cert-file=${pki.apiServerCertificateFile}`,
      `--tls-private-key-file=${pki.apiServerKeyFile}`,
      `--client-ca-file=${pki.caFile}`,
      '--allow-privileged',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      `--service-account-issuer=${ISSUER}`,
      `--service-account-key-file=${pki.serviceAccountPublicKeyFile}`,
      `--service-account-signing-key-file=${pki.serviceAccountKeyFile}`,
      `--kubelet-client-certificate=${pki.kubeletClientCertificateFile}`,
      `--kubelet-client-key=${pki.kubeletClientKeyFile}`,
      '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    ],
  };
}

/** Of a daemon of the control plane: how it reaches the API server, for its work and for who may see its metrics. */
function apiAccess(kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    // It begins with the API server, and need not be restarted when it was first.
    '--authentication-tolerate-lookup-failure',
  ];
}

function controllerManager({ folder, pki, settings }: SpecInput): DaemonSpec {
  return {
    name: 'kube-controller-manager',
    executable: 'kube-controller-manager',
    ports: [CONTROLLER_MANAGER_PORT],
    args: [
      ...apiAccess(pki.kubeconfigs.controllerManager),
      '--bind-address=127.0.0.1',
      `--cert-dir=${folder.data('kube-controller-manager')}`,
      `--root-ca-file=${pki.caFile}`,
      '--use-service-account-credentials',
      '--allocate-node-cidrs',
      `--cluster-cidr=${settings.runtime === 'hollow' ? simulatedPodRange(settings.nodes) : POD_RANGE}`,
    ],
  };
}

function scheduler({ folder, pki }: SpecInput): DaemonSpec {
  return {
    name: 'kube-scheduler',
    executable: 'kube-scheduler',
    ports: [SCHEDULER_PORT],
    args: [...apiAccess(pki.kubeconfigs.scheduler), '--bind-address=127.0.0.1', `--cert-dir=${folder.data('kube-scheduler')}`],
  };
}

/** What the machine with its Docker is to the cluster: the cloud that it runs on. Simulated nodes run on none. */
function cloudControllerManagers({ folder, pki, settings }: SpecInput): readonly DaemonSpec[] {
  if (settings.runtime !== 'docker') return [];
  const args = [
    '--cloud-provider=docker',
    ...apiAccess(pki.kubeconfigs.cloudControllerManager),
    '--bind-address=127.0.0.1',
    `--cert-dir=${folder.data('cloud-controller-manager')}`,
    '--configure-cloud-routes=false',
  ];
  return [{ name: 'cloud-controller-manager', executable: 'cloud-controller-manager', ports: [CLOUD_CONTROLLER_MANAGER_PORT], args }];
}

function kubelets(input: SpecInput): readonly DaemonSpec[] {
  const { nodes, runtime } = input.settings;
  return runtime === 'hollow' ? [hollowKubelet(input)] : Array.from({ length: nodes }, (_, index) => kubelet(input, index));
}

/** All simulated nodes live in one process. */
function hollowKubelet({ folder, pki, settings }: SpecInput): DaemonSpec {
  return {
    name: 'kubelet',
    executable: 'kubelet',
    ports: [],
    args: [
      `--hollow-kubeconfig-dir=${pki.kubeconfigs.kubeletFolder}`,
      `--hollow-nodes=${settings.nodes}`,
      '--hollow-node-prefix=node-',
      `--cert-dir=${folder.data('kubelet')}`,
    ],
  };
}

/** The first node has upstream's; the others' begin where no daemon's are. */
function kubeletPorts(index: number): readonly [port: number, healthPort: number] {
  if (index === 0) return [KUBELET_PORT, KUBELET_HEALTH_PORT];
  const port = FURTHER_KUBELETS_PORT + 2 * (index - 1);
  return [port, port + 1];
}

function kubelet({ folder, pki }: SpecInput, index: number): DaemonSpec {
  const name = nodeName(index);
  const data = folder.data(`kubelet-${name}`);
  const [port, healthPort] = kubeletPorts(index);
  return {
    name: `kubelet-${name}`,
    executable: 'kubelet',
    ports: [port, healthPort],
    args: [
      `--kubeconfig=${pki.kubeconfigs.kubelets[name] ?? ''}`,
      `--hostname-override=${name}`,
      `--root-dir=${data}`,
      `--cert-dir=${join(data, 'pki')}`,
      `--port=${port}`,
      `--healthz-port=${healthPort}`,
      `--client-ca-file=${pki.caFile}`,
      '--authorization-mode=Webhook',
      '--authentication-token-webhook',
      '--anonymous-auth=false',
      `--cluster-dns=${CLUSTER_DNS_ADDRESS}`,
      `--cluster-domain=${CLUSTER_DOMAIN}`,
      `--pod-network-cidr=${POD_RANGE}`,
      `--pod-manifest-path=${join(data, 'manifests')}`,
      '--cloud-provider=external',
    ],
  };
}

/** Simulated nodes have no network to write rules for; all nodes in Docker share the machine's. */
function proxies({ pki, settings }: SpecInput): readonly DaemonSpec[] {
  if (settings.runtime !== 'docker') return [];
  const names = Array.from({ length: settings.nodes }, (_, index) => nodeName(index));
  const args = [`--kubeconfig=${pki.kubeconfigs.kubeProxy}`, `--cluster-cidr=${POD_RANGE}`, `--local-nodes=${names.join(',')}`];
  return [{ name: 'kube-proxy', executable: 'kube-proxy', ports: [PROXY_HEALTH_PORT, PROXY_METRICS_PORT], args }];
}

function addonManager({ folder, pki, settings }: SpecInput): readonly DaemonSpec[] {
  if (addonsOf(settings).length === 0) return [];
  const args = [
    ...apiAccess(pki.kubeconfigs.addonManager),
    '--bind-address=127.0.0.1',
    `--cert-dir=${folder.data('addon-manager')}`,
    `--addon-path=${addonFolder(folder)}`,
  ];
  return [{ name: 'addon-manager', executable: 'addon-manager', ports: [ADDON_MANAGER_PORT], args }];
}
