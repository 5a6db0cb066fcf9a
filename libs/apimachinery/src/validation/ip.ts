import { isIP, isIPv4 } from 'node:net';
import type { Problems } from './names';

export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Cidr {
  readonly family: 4 | 6;
  /** The address as written; its bits beyond the prefix may be set. */
  readonly value: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;
const MAPPED = 0xffffn;

/** Reads an address without a zone; undefined if it is none. Octets with leading zeros are none. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, value: ipv4Value(text) };
  return isIP(text) === 6 && !text.includes('%') ? { family: 6, value: ipv6Value(text) } : undefined;
}

/** The canonical form: dotted for IPv4, RFC 5952 for IPv6. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const groups = Array.from({ length: 8 }, (_, position) => ((value >> BigInt(112 - 16 * position)) & 0xffffn).toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

/** Reads `address/prefix`; undefined if it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  return address === undefined || prefix > BITS[address.family] ? undefined : { ...address, prefix };
}

/** The canonical form of the network: bits beyond the prefix are cleared. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ family: cidr.family, value: networkOf(cidr) })}/${cidr.prefix}`;
}

export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  const shift = BigInt(BITS[cidr.family] - cidr.prefix);
  return cidr.family === address.family && cidr.value >> shift === address.value >> shift;
}

/** What is wrong with an address in a field that takes any spelling of one, as most do. */
export function ipAddress(text: string): Problems {
  const address = parseIp(text);
  if (address === undefined) {
    const withoutZeros = text.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1');
    if (text.includes('.') && parseIp(withoutZeros) !== undefined) return ['must not have leading 0s'];
    return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  }
  return isMapped(address) ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

/** As {@link ipAddress}, and in canonical form. */
export function canonicalIpAddress(text: string): Problems {
  const problems = ipAddress(text);
  const address = parseIp(text);
  if (problems.length > 0 || address === undefined) return problems;
  return formatIp(address) === text ? [] : [`must be in canonical form (${JSON.stringify(formatIp(address))})`];
}

/** What is wrong with a network. */
export function cidrBlock(text: string): Problems {
  const cidr = parseCidr(text);
  if (cidr === undefined) return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  if (isMapped(cidr)) return ['must not have an IPv4-mapped IPv6 address'];
  return networkOf(cidr) === cidr.value ? [] : ['must not have bits set beyond the prefix length'];
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function ipv6Value(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const tail = dotted === undefined ? undefined : ipv4Value(dotted);
  const hex =
    tail === undefined || dotted === undefined
      ? text
      : `${text.slice(0, -dotted.length)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const [head = '', rest] = hex.split('::');
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groupsOf(head), groupsOf(rest ?? '')];
  const zeros = rest === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function networkOf({ family, value, prefix }: Cidr): bigint {
  const shift = BigInt(BITS[family] - prefix);
  return (value >> shift) << shift;
}

const isMapped = ({ family, value }: IpAddress): boolean => family === 6 && value >> 32n === MAPPED;
