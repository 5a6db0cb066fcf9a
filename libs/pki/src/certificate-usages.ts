import type { Extension, KeyUsageFlags } from '@peculiar/x509';
import type { X509 } from './load-x509';

/** Usages by the names of the certificates API that end in the key usage extension. */
const KEY_USAGES: Readonly<Record<string, keyof typeof KeyUsageFlags>> = {
  signing: 'digitalSignature',
  'digital signature': 'digitalSignature',
  'content commitment': 'nonRepudiation',
  'key encipherment': 'keyEncipherment',
  'key agreement': 'keyAgreement',
  'data encipherment': 'dataEncipherment',
  'cert sign': 'keyCertSign',
  'crl sign': 'cRLSign',
  'encipher only': 'encipherOnly',
  'decipher only': 'decipherOnly',
};

/** Those that end in the extended key usage extension, with their object identifiers. */
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** @param usages `spec.usages` of a CertificateSigningRequest. @throws Error naming a usage that doesn't exist */
export function usageExtensions(usages: readonly string[], x509: X509): Extension[] {
  const unknown = usages.find((usage) => !Object.hasOwn(KEY_USAGES, usage) && !Object.hasOwn(EXTENDED_KEY_USAGES, usage));
  if (unknown !== undefined) throw new Error(`unrecognized usage value: ${JSON.stringify(unknown)}`);
  const bits = usages.flatMap((usage) => KEY_USAGES[usage] ?? []).map((name): number => x509.KeyUsageFlags[name]);
  const flags = bits.reduce((all, bit) => all | bit, 0);
  const extended = new Set(usages.flatMap((usage) => EXTENDED_KEY_USAGES[usage] ?? []));
  return [
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a sum of flags is a number
    ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
    ...(extended.size === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...extended])]),
  ];
}
