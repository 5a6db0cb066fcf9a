import { cidrContains, parseCidr, parseIp, type FieldErrors, type FieldPath } from '@keelson/apimachinery';

/** Ranges from which nothing can answer but the host itself or its neighbours, and what is wrong with each. */
const USELESS_RANGES: readonly (readonly [string, readonly string[]])[] = [
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', ['127.0.0.0/8', '::1/128']],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', ['169.254.0.0/16', 'fe80::/10']],
  ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)', ['224.0.0.0/24', 'ff02::/16']],
];

/** What may not stand behind a Service, nor be an address from outside. */
export function validateEndpointIp(ip: string, path: FieldPath, errors: FieldErrors): void {
  const address = parseIp(ip);
  if (address === undefined) return;
  if (address.value === 0n) errors.invalid(path, ip, `may not be unspecified (${ip})`);
  for (const [sentence, ranges] of USELESS_RANGES) {
    const cidrs = ranges.map(parseCidr).filter((cidr) => cidr !== undefined);
    if (cidrs.some((cidr) => cidrContains(cidr, address))) errors.invalid(path, ip, sentence);
  }
}
