import type * as x509 from './x509';

export type X509 = typeof x509;

/** Loads the library when the first certificate is made. */
export const loadX509 = (): Promise<X509> => import('./x509');
