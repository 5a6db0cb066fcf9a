import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Every certificate of a PEM bundle, in order; text between them is skipped.
 * @param source where the text came from, for the error
 * @throws Error naming `source` if there is none or one is malformed
 */
export function parseCertificates(pem: string, source: string): X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new Error(`${source} holds no certificate in PEM`);
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new Error(`${source} holds a malformed certificate`, { cause: error });
    }
  });
}

/** The first certificate of a bundle: of a chain, its leaf. @throws Error as {@link parseCertificates} */
export function parseCertificate(pem: string, source: string): X509Certificate {
  const [first] = parseCertificates(pem, source);
  if (first === undefined) throw new Error(`${source} holds no certificate in PEM`);
  return first;
}
