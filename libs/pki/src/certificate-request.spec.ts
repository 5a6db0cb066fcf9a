import { createPublicKey } from 'node:crypto';
import { createCertificateAuthority } from './certificate-authority';
import { createCertificateRequest, parseCertificateRequest, signCertificateRequest } from './certificate-request';
import { generatePrivateKey } from './key-pair';
import { parseCertificate } from './pem';

const now = Date.UTC(2026, 0, 1);
const subject = {
  commonName: 'system:node:a',
  organizations: ['system:nodes'],
  dnsNames: ['a.example'],
  ipAddresses: ['192.0.2.1', '2001:db8::1'],
};

describe('certificate requests', () => {
  it.each(['ecdsa', 'rsa'] as const)('come back as they were made with an %s key', async (algorithm) => {
    const key = await generatePrivateKey(algorithm);
    const parsed = await parseCertificateRequest(await createCertificateRequest(subject, key));
    expect(parsed).toMatchObject({ ...subject, emailAddresses: [], uris: [] });
    expect(parsed.publicKey.equals(createPublicKey(key))).toBe(true);
  });

  it('are signed with their own names, the granted usages and a life within the authority’s', async () => {
    const authority = await createCertificateAuthority('kubernetes', { now, lifetime: 1000_000 });
    const key = await generatePrivateKey();
    const pem = await signCertificateRequest(authority, await createCertificateRequest(subject, key), {
      now,
      lifetime: 2000_000,
      usages: ['digital signature', 'client auth'],
    });
    const certificate = parseCertificate(pem, 'test');
    expect(certificate.verify(createPublicKey(authority.key))).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:a');
    expect(certificate.subjectAltName).toContain('DNS:a.example');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.validToDate.getTime()).toBe(now + 1000_000);
  });

  it('are refused if they are malformed, of another type or ask for an unknown usage', async () => {
    const authority = await createCertificateAuthority('kubernetes', { now });
    const pem = await createCertificateRequest(subject, await generatePrivateKey());
    await expect(parseCertificateRequest(authority.certificate)).rejects.toThrow('PEM block type must be CERTIFICATE REQUEST');
    await expect(parseCertificateRequest(pem.replace(/\n.{8}/, '\nAAAAAAAA'))).rejects.toThrow('the certificate request is malformed');
    await expect(signCertificateRequest(authority, pem, { now, usages: ['tea'] })).rejects.toThrow('unrecognized usage value: "tea"');
  });

  it('are refused if another key signed them', async () => {
    const der = Buffer.from(
      (await createCertificateRequest(subject, await generatePrivateKey())).replace(/-----.*-----|\n/g, ''),
      'base64',
    );
    const at = der.indexOf('system:node:a');
    der.write('system:node:b', at);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(parseCertificateRequest(forged)).rejects.toThrow('not signed with its own key');
  });
});
