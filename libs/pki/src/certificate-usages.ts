import 'reflect-metadata';
import { ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, type Extension } from '@peculiar/x509';

/** Usages by the names of the certificates API that end in the key usage extension. */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: KeyUsageFlags.digitalSignature,
  'digital signature': KeyUsageFlags.digitalSignature,
  'content commitment': KeyUsageFlags.nonRepudiation,
  'key encipherment': KeyUsageFlags.keyEncipherment,
  'key agreement': KeyUsageFlags.keyAgreement,
  'data encipherment': KeyUsageFlags.dataEncipherment,
  'cert sign': KeyUsageFlags.keyCertSign,
  'crl sign': KeyUsageFlags.cRLSign,
  'encipher only': KeyUsageFlags.encipherOnly,
  'decipher only': KeyUsageFlags.decipherOnly,
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
export function usageExtensions(usages: readonly string[]): Extension[] {
  const unknown = usages.find((usage) => !Object.hasOwn(KEY_USAGES, usage) && !Object.hasOwn(EXTENDED_KEY_USAGES, usage));
  if (unknown !== undefined) throw new Error(`unrecognized usage value: ${JSON.stringify(unknown)}`);
  const flags = usages.reduce<number>((all, usage) => all | (KEY_USAGES[usage] ?? 0), 0);
  const extended = new Set(usages.flatMap((usage) => EXTENDED_KEY_USAGES[usage] ?? []));
  return [
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a sum of flags is a number
    ...(flags === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(extended.size === 0 ? [] : [new ExtendedKeyUsageExtension([...extended])]),
  ];
}
