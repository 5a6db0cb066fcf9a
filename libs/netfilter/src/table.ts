/**
 * A table of nftables as data. Names, types and rule texts are in nft's own language (nft(8)); what is written here is what
 * `nft list table` shows, so an element's key and value must be in the form that nft prints (`10.96.0.1 . tcp . 443`).
 */
export interface Table {
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly maps: ReadonlyMap<string, ElementMap>;
  readonly sets: ReadonlyMap<string, ElementSet>;
}

export interface Chain {
  /** Where the kernel enters the chain; absent for a chain that only other rules reach. */
  readonly hook?: BaseHook;
  /** The statements of each rule, in order: `ip daddr 10.0.0.1 drop`. */
  readonly rules: readonly string[];
}

export interface BaseHook {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** As a number: nft prints names for some priorities in one family and not in another. */
  readonly priority: number;
}

export interface ElementMap {
  /** `ipv4_addr . inet_proto . inet_service` */
  readonly keyType: string;
  /** `verdict`, or the types of a data map. */
  readonly valueType: string;
  /** The expressions of key and value, to declare a map whose key has a part without a sized type: `numgen random mod 1 . ip daddr : ip daddr`. */
  readonly typeof?: string;
  readonly elements: ReadonlyMap<string, string>;
}

export interface ElementSet {
  readonly keyType: string;
  readonly elements: ReadonlySet<string>;
  /** Seconds that an element lives. Rules fill such a set (`update @name { ip saddr }`), so its elements are the kernel's own and `elements` is empty. */
  readonly timeout?: number;
}

/** A table without anything in it, the state before the first sync. */
export function emptyTable(family: Table['family'], name: string): Table {
  return { family, name, chains: new Map(), maps: new Map(), sets: new Map() };
}
