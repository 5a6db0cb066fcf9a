/** The library that writes certificates and requests. */
export type X509 = typeof import('@peculiar/x509');

/** Loads it when a certificate is made: most processes only read theirs, and it weighs more than all else here. */
export async function loadX509(): Promise<X509> {
  // Its decorators need this to be there first.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
