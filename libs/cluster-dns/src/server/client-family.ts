import { isIPv6 } from 'node:net';

/** A socket that takes both families sees IPv4 clients by mapped addresses. */
export const clientFamily = (address: string | undefined): 4 | 6 => (isIPv6(address ?? '') && !/^::ffff:/i.test(address ?? '') ? 6 : 4);
