import { DEFAULT_CIPHERS, type SecureContextOptions, type SecureVersion } from 'node:tls';

/** What a server asks of its clients' TLS, in Go's names. */
export interface TlsPolicyOptions {
  /** `--tls-min-version`; empty for TLS 1.2. */
  readonly minVersion: string;
  /** `--tls-cipher-suites`; empty for the usual ones. */
  readonly cipherSuites: readonly string[];
}

/** As OpenSSL is told; part of the options of every server and of every new certificate of it. */
export type TlsPolicy = Pick<SecureContextOptions, 'minVersion' | 'ciphers'>;

const VERSIONS: ReadonlyMap<string, SecureVersion> = new Map([
  ['VersionTLS10', 'TLSv1'],
  ['VersionTLS11', 'TLSv1.1'],
  ['VersionTLS12', 'TLSv1.2'],
  ['VersionTLS13', 'TLSv1.3'],
]);

/** The names of suites are TLS 1.3's own here; as in Go they are always on, named or not. */
const TLS_13_SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const;

/** Go's names and OpenSSL's. Go's RC4 and 3DES suites are missing: OpenSSL has given them up. */
const SUITES: ReadonlyMap<string, string> = new Map([
  ...TLS_13_SUITES.map((name) => [name, name] as const),
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', 'ECDHE-ECDSA-AES128-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', 'ECDHE-RSA-AES128-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_RSA_WITH_AES_128_CBC_SHA', 'AES128-SHA'],
  ['TLS_RSA_WITH_AES_128_CBC_SHA256', 'AES128-SHA256'],
  ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
  ['TLS_RSA_WITH_AES_256_CBC_SHA', 'AES256-SHA'],
  ['TLS_RSA_WITH_AES_256_GCM_SHA384', 'AES256-GCM-SHA384'],
]);

/** OpenSSL speaks TLS 1.0 and 1.1 at no higher level of security, whatever version it is told. */
const OLD_VERSIONS = '@SECLEVEL=0';

export const TLS_VERSION_NAMES: readonly string[] = [...VERSIONS.keys()];
export const TLS_CIPHER_SUITE_NAMES: readonly string[] = [...SUITES.keys()];

/** @throws Error in upstream's words for a version or a suite that there is not */
export function tlsPolicy({ cipherSuites, minVersion }: TlsPolicyOptions): TlsPolicy {
  const version = minVersion === '' ? 'TLSv1.2' : VERSIONS.get(minVersion);
  if (version === undefined) throw new Error(`unknown tls version ${JSON.stringify(minVersion)}`);
  const named = cipherSuites.map(openSslName);
  const isOld = version === 'TLSv1' || version === 'TLSv1.1';
  const ciphers = [
    ...(named.length > 0 ? [...new Set([...TLS_13_SUITES, ...named])] : isOld ? [DEFAULT_CIPHERS] : []),
    ...(isOld ? [OLD_VERSIONS] : []),
  ];
  return { minVersion: version, ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(':') }) };
}

function openSslName(name: string): string {
  const known = SUITES.get(name);
  if (known === undefined) throw new Error(`Cipher suite ${name} not supported or doesn't exist`);
  return known;
}
