import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ApiserverConfig } from '@keelson/apiserver';
import { serviceAccountKeyId } from '@keelson/pki';
import type { OneProcessOptions } from './one-process-options';

/**
 * Upstream's defaults, but for the limit of requests under way: it protects a server from more clients than it can serve, and hundreds of
 * nodes that all live here are no such crowd.
 */
const LIMITS = {
  requestTimeoutMilliseconds: 60_000,
  minRequestTimeoutSeconds: 1800,
  maxRequestsInFlight: 0,
  maxMutatingRequestsInFlight: 0,
  defaultNotReadyTolerationSeconds: 300,
  defaultUnreachableTolerationSeconds: 300,
} as const;

/** What the API server is told. @throws Error naming a file of the PKI that can't be read */
export async function apiserverConfig({
  advertiseAddress,
  issuer,
  listen,
  pki,
  serviceRange,
}: OneProcessOptions): Promise<ApiserverConfig> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8');
  const privateKey = await read(pki.serviceAccountKeyFile);
  return {
    serving: { certificate: await read(pki.apiServerCertificateFile), key: await read(pki.apiServerKeyFile) },
    clientCertificateAuthority: await read(pki.caFile),
    advertiseAddress,
    advertisePort: listen.port,
    anonymousAuth: true,
    serviceAccounts: {
      issuers: [issuer],
      signingKey: { privateKey, keyId: serviceAccountKeyId(createPublicKey(privateKey)) },
      verificationKeys: [await read(pki.serviceAccountPublicKeyFile)],
      audiences: [issuer],
    },
    staticTokens: [],
    authorizationModes: ['Node', 'RBAC'],
    allowPrivileged: true,
    serviceClusterIpRange: serviceRange,
    serviceNodePortRange: { first: 30_000, last: 32_767 },
    ...LIMITS,
    enableAdmissionPlugins: [],
    disableAdmissionPlugins: [],
  };
}
