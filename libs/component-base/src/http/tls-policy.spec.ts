import { createServer } from 'node:tls';
import { TLS_CIPHER_SUITE_NAMES, tlsPolicy } from './tls-policy';

describe('tlsPolicy', () => {
  it('takes TLS 1.2 and the usual suites if nothing is said', () => {
    expect(tlsPolicy({ minVersion: '', cipherSuites: [] })).toEqual({ minVersion: 'TLSv1.2' });
  });

  it('refuses what it does not know', () => {
    expect(() => tlsPolicy({ minVersion: 'TLS1.2', cipherSuites: [] })).toThrow('unknown tls version "TLS1.2"');
    expect(() => tlsPolicy({ minVersion: '', cipherSuites: ['TLS_RSA_WITH_RC4_128_SHA'] })).toThrow(
      "Cipher suite TLS_RSA_WITH_RC4_128_SHA not supported or doesn't exist",
    );
  });

  it('knows only suites that OpenSSL has', () => {
    const policy = tlsPolicy({ minVersion: 'VersionTLS10', cipherSuites: TLS_CIPHER_SUITE_NAMES });
    expect(() => createServer(policy)).not.toThrow();
    for (const name of TLS_CIPHER_SUITE_NAMES)
      expect(() => createServer(tlsPolicy({ minVersion: '', cipherSuites: [name] }))).not.toThrow();
  });
});
