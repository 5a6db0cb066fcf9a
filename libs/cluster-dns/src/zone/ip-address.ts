import { parseIp } from '@keelson/apimachinery';

/** An address as records hold it. */
export interface Address {
  readonly type: 'A' | 'AAAA';
  /** In network order. */
  readonly bytes: Uint8Array;
  /** The same for every spelling of an address. */
  readonly key: string;
}

/** @returns undefined if `text` is no IP address */
export function addressOf(text: string): Address | undefined {
  const parsed = parseIp(text);
  if (parsed === undefined) return undefined;
  const length = parsed.family === 4 ? 4 : 16;
  const key = parsed.value.toString(16).padStart(2 * length, '0');
  return { type: parsed.family === 4 ? 'A' : 'AAAA', bytes: Buffer.from(key, 'hex'), key };
}

/** The {@link Address.key} that a name below in-addr.arpa or ip6.arpa stands for; undefined for other names, and for whole networks. */
export function reverseKey(lowerName: readonly string[]): string | undefined {
  const [family, top] = lowerName.slice(-2);
  const parts = lowerName.slice(0, -2).reverse();
  if (top !== 'arpa') return undefined;
  if (family === 'in-addr' && parts.length === 4) return addressOf(parts.join('.'))?.key;
  const isNibbles = parts.length === 32 && parts.every((part) => /^[\da-f]$/.test(part));
  return family === 'ip6' && isNibbles ? parts.join('') : undefined;
}
