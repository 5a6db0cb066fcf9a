import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { createPublicKey } from 'node:crypto';
import type { ApiserverConfig } from '@keelson/apiserver';
import { systemClock } from '@keelson/apimachinery';
import type { FlagValues } from '@keelson/component-base';
import { ensureServingCertificate, serviceAccountKeyId, type ServingCertificateFiles } from '@keelson/pki';
import type { flags } from './flags';
import { readTokenFile } from './token-file';

type Flags = FlagValues<typeof flags>;

const AUTHORIZATION_MODES = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'] as const;

/** What the flags say, with every file that they name read. @throws Error, one line naming the flag or file */
export async function readConfig(values: Flags, serving: ServingCertificateFiles): Promise<ApiserverConfig> {
  const [certificate, key] = await Promise.all([readNamed(serving.certificateFile), readNamed(serving.keyFile)]);
  const clientCa = await readOptional(values['client-ca-file']);
  return {
    serving: { certificate, key },
    tls: { minVersion: values['tls-min-version'], cipherSuites: values['tls-cipher-suites'] },
    ...(clientCa === undefined ? {} : { clientCertificateAuthority: clientCa }),
    advertiseAddress: values['advertise-address'] ?? ownAddress(),
    advertisePort: values['secure-port'],
    anonymousAuth: values['anonymous-auth'],
    serviceAccounts: await readServiceAccounts(values),
    staticTokens: values['token-auth-file'] === undefined ? [] : await readTokenFile(values['token-auth-file']),
    authorizationModes: values['authorization-mode'].map(authorizationMode),
    allowPrivileged: values['allow-privileged'],
    serviceClusterIpRange: values['service-cluster-ip-range'],
    serviceNodePortRange: values['service-node-port-range'],
    ...(await readKubeletClient(values)),
    eventSeconds: Math.floor(values['event-ttl'] / 1000),
    requestTimeoutMilliseconds: values['request-timeout'],
    minRequestTimeoutSeconds: values['min-request-timeout'],
    maxRequestsInFlight: values['max-requests-inflight'],
    maxMutatingRequestsInFlight: values['max-mutating-requests-inflight'],
    defaultNotReadyTolerationSeconds: values['default-not-ready-toleration-seconds'],
    defaultUnreachableTolerationSeconds: values['default-unreachable-toleration-seconds'],
    enableAdmissionPlugins: values['enable-admission-plugins'],
    disableAdmissionPlugins: values['disable-admission-plugins'],
  };
}

/** The certificate that the flags name, or a self-signed one. */
export function servingCertificate(values: Flags): Promise<ServingCertificateFiles> {
  const address = values['advertise-address'] ?? ownAddress();
  return ensureServingCertificate({
    certificateFile: values['tls-cert-file'],
    keyFile: values['tls-private-key-file'],
    certificateFolder: values['cert-dir'],
    name: 'apiserver',
    subject: {
      commonName: address,
      dnsNames: ['localhost', 'kubernetes.default.svc', 'kubernetes.default', 'kubernetes'],
      ipAddresses: ['127.0.0.1', address],
    },
    clock: systemClock,
  });
}

function authorizationMode(mode: string): ApiserverConfig['authorizationModes'][number] {
  const known = AUTHORIZATION_MODES.find((each) => each === mode);
  if (known === undefined)
    throw new Error(`authorization-mode ${JSON.stringify(mode)} is not a valid mode; there are ${AUTHORIZATION_MODES.join(', ')}`);
  return known;
}

async function readServiceAccounts(values: Flags): Promise<ApiserverConfig['serviceAccounts']> {
  const issuers = values['service-account-issuer'];
  const signingKeyFile = values['service-account-signing-key-file'];
  if (issuers.length === 0 || signingKeyFile === undefined)
    throw new Error('--service-account-issuer and --service-account-signing-key-file are required');
  const privateKey = await readNamed(signingKeyFile);
  const publicKey = createPublicKey(privateKey);
  const named = await Promise.all(values['service-account-key-file'].map(readNamed));
  const audiences = values['api-audiences'].length > 0 ? values['api-audiences'] : issuers;
  const signingKey = { privateKey, keyId: serviceAccountKeyId(publicKey) };
  return {
    issuers,
    signingKey,
    verificationKeys: named.length > 0 ? named : [privateKey],
    audiences,
    maxTokenSeconds: maxTokenSeconds(values),
    extendTokenExpiration: values['service-account-extend-token-expiration'],
  };
}

function maxTokenSeconds(values: Flags): number {
  const seconds = Math.floor(values['service-account-max-token-expiration'] / 1000);
  if (seconds !== 0 && (seconds < 3600 || seconds > 2 ** 32))
    throw new Error('the service-account-max-token-expiration must be between 1 hour and 2^32 seconds');
  return seconds;
}

async function readKubeletClient(values: Flags): Promise<Pick<ApiserverConfig, 'kubeletClient'>> {
  const certificateFile = values['kubelet-client-certificate'];
  const keyFile = values['kubelet-client-key'];
  if (certificateFile === undefined || keyFile === undefined) return {};
  const authority = await readOptional(values['kubelet-certificate-authority']);
  const [certificate, key] = await Promise.all([readNamed(certificateFile), readNamed(keyFile)]);
  return { kubeletClient: { certificate, key, ...(authority === undefined ? {} : { certificateAuthority: authority }) } };
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`unable to read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function readOptional(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? Promise.resolve(undefined) : readNamed(path);
}

/** The first address that is not the loopback's. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
