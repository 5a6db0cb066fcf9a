import type { X509Certificate } from 'node:crypto';

/** The part of a certificate's life after which it is renewed, the middle of the 70 to 90 % that upstream's kubelet picks from. */
const RENEW_AFTER = 0.8;

/** True from 80 % of the certificate's life on, and before its life begins. @param now milliseconds since the epoch */
export function needsRenewal(certificate: X509Certificate, now: number): boolean {
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return now < from || now >= from + (to - from) * RENEW_AFTER;
}
