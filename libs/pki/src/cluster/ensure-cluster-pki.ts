import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '@keelson/component-base';
import {
  issueClientCertificate,
  issuePeerCertificate,
  issueServingCertificate,
  type CertificateAuthority,
  type CertificateSubject,
} from '../certificate-authority';
import { buildKubeconfig, readKubeconfig, type KubeconfigEntry } from '../kubeconfig/kubeconfig';
import { parsePrivateKey } from '../key-pair';
import { parseCertificate } from '../pem';
import { clusterPkiPaths, kubeletConfigPath, type ClusterPkiPaths } from './cluster-pki-paths';
import { ensureAuthority, ensureCertificate, ensureServiceAccountKey, isGood, readIfThere } from './certificate-files';

/** The identities of a cluster's parts: upstream's user names and groups, no more rights than each needs. */
const IDENTITIES: Readonly<Record<string, CertificateSubject>> = {
  admin: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
  'controller-manager': { commonName: 'system:kube-controller-manager' },
  scheduler: { commonName: 'system:kube-scheduler' },
  'kube-proxy': { commonName: 'system:kube-proxy' },
  // It applies any manifest, roles included, so nothing less would do.
  'addon-manager': { commonName: 'system:addon-manager', organizations: ['system:masters'] },
  'cloud-controller-manager': { commonName: 'system:cloud-controller-manager' },
};

export interface ClusterPkiOptions {
  /** The apiserver's URL as the kubeconfigs give it. */
  readonly server: string;
  /** Names and addresses that the apiserver answers to, beside those in the cluster and the loopback's. */
  readonly apiServerNames?: readonly string[];
  readonly apiServerAddresses?: readonly string[];
  /** The cluster IP of the `kubernetes` Service. */
  readonly serviceAddress: string;
  readonly clusterDomain?: string;
  readonly clusterName?: string;
  /** Nodes whose kubelets get a kubeconfig. */
  readonly nodes: readonly string[];
  /** Whether there is an etcd whose members and clients need certificates. */
  readonly etcd?: boolean;
  /** Names that etcd's members answer to, beside the loopback's. */
  readonly etcdNames?: readonly string[];
  readonly clock: { now(): number };
}

export interface ClusterPki extends ClusterPkiPaths {
  /** The files that this run made or renewed; who runs with an older one must be restarted or re-read it. */
  readonly written: readonly string[];
}

/**
 * Makes whatever a cluster's folder lacks, in kubeadm's layout: `pki/` with authorities, certificates and keys, and the kubeconfigs beside it.
 * What is there and good stays; what nears its end or no longer fits `options` is issued anew. May be interrupted and run again at any point.
 * @throws Error, one line naming the file, if one is corrupt; that file stays as it is
 */
export async function ensureClusterPki(folder: string, options: ClusterPkiOptions): Promise<ClusterPki> {
  const pki = join(folder, 'pki');
  await mkdir(pki, { recursive: true, mode: 0o700 });
  const now = options.clock.now();
  const ca = await ensureAuthority(join(pki, 'ca'), 'kubernetes', now);
  const frontProxyCa = await ensureAuthority(join(pki, 'front-proxy-ca'), 'front-proxy-ca', now);
  await ensureServiceAccountKey(join(pki, 'sa'));
  const written = [...(await ensureApiServerCertificates(pki, { ca, frontProxyCa }, options))];
  if (options.etcd === true) written.push(...(await ensureEtcdCertificates(pki, options)));
  const wanted = [
    ...Object.entries(IDENTITIES).map(([name, subject]) => ({ path: join(folder, `${name}.conf`), subject })),
    ...options.nodes.map((node) => ({ path: kubeletConfigPath(folder, node), subject: nodeIdentity(node) })),
  ];
  await mkdir(dirname(kubeletConfigPath(folder, '')), { recursive: true, mode: 0o700 });
  for (const batch of batches(wanted, AT_ONCE)) {
    const results = await Promise.all(batch.map(({ path, subject }) => ensureKubeconfig(path, { subject, ca, options })));
    written.push(...batch.flatMap(({ path }, index) => (results[index] === true ? [path] : [])));
  }
  return { ...clusterPkiPaths(folder, options.nodes), written };
}

/** How many kubeconfigs are made at once: most of the time goes into waiting for the disk. */
const AT_ONCE = 32;

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

const nodeIdentity = (node: string): CertificateSubject => ({ commonName: `system:node:${node}`, organizations: ['system:nodes'] });

interface CertificateWanted {
  readonly name: string;
  readonly authority: CertificateAuthority;
  readonly subject: CertificateSubject;
  readonly issue: typeof issueClientCertificate;
}

/** etcd's authority is its own: who is a client of the apiserver is none of etcd. @returns the certificate files that were issued */
async function ensureEtcdCertificates(pki: string, { clock, etcdNames = [] }: ClusterPkiOptions): Promise<string[]> {
  const now = clock.now();
  await mkdir(join(pki, 'etcd'), { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(join(pki, 'etcd/ca'), 'etcd-ca', now);
  const member = { commonName: 'localhost', dnsNames: ['localhost', ...etcdNames], ipAddresses: ['127.0.0.1', '::1'] };
  return ensureCertificates(pki, now, [
    { name: 'etcd/server', authority, subject: member, issue: issuePeerCertificate },
    { name: 'etcd/peer', authority, subject: member, issue: issuePeerCertificate },
    { name: 'apiserver-etcd-client', authority, subject: { commonName: 'kube-apiserver-etcd-client' }, issue: issueClientCertificate },
  ]);
}

/** @returns the certificate files that were issued */
async function ensureApiServerCertificates(
  pki: string,
  { ca, frontProxyCa }: { readonly ca: CertificateAuthority; readonly frontProxyCa: CertificateAuthority },
  options: ClusterPkiOptions,
): Promise<string[]> {
  return ensureCertificates(pki, options.clock.now(), [
    { name: 'apiserver', authority: ca, subject: apiServerSubject(options), issue: issueServingCertificate },
    {
      name: 'apiserver-kubelet-client',
      authority: ca,
      subject: { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] },
      issue: issueClientCertificate,
    },
    { name: 'front-proxy-client', authority: frontProxyCa, subject: { commonName: 'front-proxy-client' }, issue: issueClientCertificate },
  ]);
}

/** @returns the certificate files that were issued */
async function ensureCertificates(pki: string, now: number, certificates: readonly CertificateWanted[]): Promise<string[]> {
  const written: string[] = [];
  for (const { name, authority, subject, issue } of certificates) {
    const base = join(pki, name);
    const wanted = { subject, authority, now, issue: (what: CertificateSubject) => issue(authority, what, { now }) };
    if (await ensureCertificate(base, wanted)) written.push(`${base}.crt`);
  }
  return written;
}

function apiServerSubject(options: ClusterPkiOptions): CertificateSubject {
  const { apiServerNames = [], apiServerAddresses = [], serviceAddress, clusterDomain = 'cluster.local' } = options;
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${clusterDomain}`];
  return {
    commonName: 'kube-apiserver',
    dnsNames: [...new Set([...service, 'localhost', ...apiServerNames])],
    ipAddresses: [...new Set([serviceAddress, '127.0.0.1', '::1', ...apiServerAddresses])],
  };
}

interface KubeconfigWanted {
  readonly subject: CertificateSubject;
  readonly ca: CertificateAuthority;
  readonly options: ClusterPkiOptions;
}

/** @returns true if it was written */
async function ensureKubeconfig(path: string, { subject, ca, options }: KubeconfigWanted): Promise<boolean> {
  const now = options.clock.now();
  const issue = (what: CertificateSubject): ReturnType<typeof issueClientCertificate> => issueClientCertificate(ca, what, { now });
  const { clusterName: cluster = 'kubernetes', server } = options;
  if ((await readIfThere(path)) !== undefined) {
    const entry = await readKubeconfig(path);
    const fits = entry.server === server && entry.cluster === cluster && entry.certificateAuthority === ca.certificate;
    if (fits && hasGoodCertificate(entry, path, { subject, authority: ca, issue, now })) return false;
  }
  const user = subject.commonName;
  const credentials = { type: 'certificate', ...(await issue(subject)) } as const;
  const entry = { context: `${user}@${cluster}`, cluster, user, server, certificateAuthority: ca.certificate, credentials };
  await writeFileAtomically(path, buildKubeconfig(entry), { mode: 0o600 });
  return true;
}

function hasGoodCertificate({ credentials }: KubeconfigEntry, path: string, wanted: Parameters<typeof isGood>[2]): boolean {
  if (credentials.type !== 'certificate') return false;
  return isGood(parseCertificate(credentials.certificate, path), parsePrivateKey(credentials.key, path), wanted);
}
