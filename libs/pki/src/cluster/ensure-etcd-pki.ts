import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { issueClientCertificate, issuePeerCertificate, type CertificateSubject } from '../certificate-authority';
import { ensureAuthority, ensureCertificate } from './certificate-files';

export interface EtcdPkiOptions {
  /** Names and addresses by which members reach each other, and apiservers them, beside the loopback's. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly clock: { now(): number };
}

/** Where everything is, absolute if the folder was. */
export interface EtcdPki {
  readonly caFile: string;
  readonly serverCertificateFile: string;
  readonly serverKeyFile: string;
  readonly peerCertificateFile: string;
  readonly peerKeyFile: string;
  /** What apiservers show to etcd. */
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
  /** The files that this run made or renewed. */
  readonly written: readonly string[];
}

/**
 * Makes whatever an etcd cluster and its clients lack, in kubeadm's layout: `pki/etcd/` with an authority of its own, so that no other
 * certificate of the cluster opens the store, and `pki/apiserver-etcd-client`. Good files stay, as with `ensureClusterPki`.
 * @throws Error, one line naming the file, if one is corrupt; that file stays as it is
 */
export async function ensureEtcdPki(folder: string, { addresses, clock, names }: EtcdPkiOptions): Promise<EtcdPki> {
  const pki = join(folder, 'pki');
  await mkdir(join(pki, 'etcd'), { recursive: true, mode: 0o700 });
  const now = clock.now();
  const authority = await ensureAuthority(join(pki, 'etcd/ca'), 'etcd-ca', now);
  const member = {
    dnsNames: [...new Set(['localhost', ...names])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...addresses])],
  };
  const certificates = [
    // etcd's HTTP gateway dials its own server with the server's certificate, so that one is a client's, too.
    { base: 'etcd/server', subject: { commonName: 'etcd-server', ...member }, issue: issuePeerCertificate },
    { base: 'etcd/peer', subject: { commonName: 'etcd-peer', ...member }, issue: issuePeerCertificate },
    { base: 'apiserver-etcd-client', subject: { commonName: 'kube-apiserver-etcd-client' }, issue: issueClientCertificate },
  ];
  const written: string[] = [];
  for (const { base, issue, subject } of certificates) {
    const wanted = { subject, authority, now, issue: (what: CertificateSubject) => issue(authority, what, { now }) };
    if (await ensureCertificate(join(pki, base), wanted)) written.push(join(pki, `${base}.crt`));
  }
  return {
    caFile: join(pki, 'etcd/ca.crt'),
    serverCertificateFile: join(pki, 'etcd/server.crt'),
    serverKeyFile: join(pki, 'etcd/server.key'),
    peerCertificateFile: join(pki, 'etcd/peer.crt'),
    peerKeyFile: join(pki, 'etcd/peer.key'),
    clientCertificateFile: join(pki, 'apiserver-etcd-client.crt'),
    clientKeyFile: join(pki, 'apiserver-etcd-client.key'),
    written,
  };
}
