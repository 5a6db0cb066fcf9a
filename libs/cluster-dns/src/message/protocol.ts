/** A domain name as its labels, from the left, without the empty one at the end; bytes as latin1. `[]` is the root. */
export type Name = readonly string[];

/** Of a name that holds no unusual characters: `web.default.svc`. */
export const nameOf = (text: string): Name => text.split('.').filter((label) => label !== '');

/** Names are compared without regard to case, of ASCII letters only (RFC 4343). */
export const lowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, ANY: 255 } as const;

export const CLASS_IN = 1;

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

/** Bits of the header's second word. */
export const FLAG = {
  RESPONSE: 0x8000,
  AUTHORITATIVE: 0x0400,
  TRUNCATED: 0x0200,
  RECURSION_DESIRED: 0x0100,
  RECURSION_AVAILABLE: 0x0080,
  CHECKING_DISABLED: 0x0010,
} as const;

export const HEADER_BYTES = 12;

/** What every resolver can take in a UDP message without EDNS (RFC 1035). */
export const MIN_UDP_BYTES = 512;

/** More would risk fragments, which get lost (the DNS flag day of 2020). */
export const MAX_UDP_BYTES = 1232;

export const MAX_TCP_BYTES = 65_535;

/** What a record says, apart from whose it is and for how long. */
export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: Uint8Array }
  | { readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: Name }
  | { readonly type: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: Name }
  | { readonly type: 'TXT'; readonly text: string }
  | { readonly type: 'SOA'; readonly primary: Name; readonly mailbox: Name; readonly serial: number; readonly minimum: number };

export type ResourceRecord = RecordData & {
  readonly name: Name;
  /** Seconds. */
  readonly ttl: number;
};
