import type { Chain, ElementMap, ElementSet, Table } from '@keelson/netfilter';
import { TABLE } from './clean-up';

/** How a packet's destination is looked up, for each kind of frontend: the type of the key, and the expressions that give it. */
export const DESTINATION = {
  address: { type: 'ipv4_addr . inet_proto . inet_service', expression: 'ip daddr . meta l4proto . th dport' },
  nodePort: { type: 'inet_proto . inet_service', expression: 'meta l4proto . th dport' },
} as const;

const VERDICT_MAPS = {
  'service-ips': 'address',
  'service-nodeports': 'nodePort',
  'no-endpoint-services': 'address',
  'no-endpoint-nodeports': 'nodePort',
  'firewall-ips': 'address',
} as const;

const SETS = { 'cluster-ips': 'ipv4_addr', 'hairpin-connections': 'ipv4_addr . ipv4_addr' } as const;

export type VerdictMap = keyof typeof VERDICT_MAPS;

/** A map from a drawn number and a destination to an endpoint. */
export interface EndpointMap {
  readonly name: string;
  /** The destination's type and expression, without the protocol, which all elements share. */
  readonly keyType: string;
  readonly key: string;
}

/** The table while it is put together. Whatever is added twice is there once. */
export class TableDraft {
  readonly #chains = new Map<string, Chain>();
  readonly #verdicts = new Map<VerdictMap, Map<string, string>>();
  readonly #endpoints = new Map<string, { map: EndpointMap; elements: Map<string, string> }>();
  readonly #members = new Map<keyof typeof SETS, Set<string>>();
  readonly #affinitySets = new Map<string, ElementSet>();

  /** A chain that other rules reach. @returns its name */
  chain(name: string, rules: () => readonly string[]): string {
    if (!this.#chains.has(name)) this.#chains.set(name, { rules: rules() });
    return name;
  }

  /** If a key is given twice (two Services that claim one external IP), the first keeps it. */
  verdict(map: VerdictMap, key: string, verdict: string): void {
    const elements = this.#verdicts.get(map) ?? new Map<string, string>();
    if (!elements.has(key)) this.#verdicts.set(map, elements.set(key, verdict));
  }

  /** As {@link verdict}, `10.244.0.2 . 8080`. */
  endpoint(map: EndpointMap, key: string, endpoint: string): void {
    const entry = this.#endpoints.get(map.name) ?? { map, elements: new Map<string, string>() };
    this.#endpoints.set(map.name, entry);
    if (!entry.elements.has(key)) entry.elements.set(key, endpoint);
  }

  member(set: keyof typeof SETS, key: string): void {
    this.#members.set(set, (this.#members.get(set) ?? new Set()).add(key));
  }

  /** A set of clients, which rules fill. @returns its name */
  affinitySet(name: string, timeout: number): string {
    this.#affinitySets.set(name, { keyType: 'ipv4_addr', elements: new Set(), timeout });
    return name;
  }

  table(baseChains: Iterable<readonly [string, Chain]>): Table {
    const verdicts = Object.entries(VERDICT_MAPS).map(([name, kind]): [string, ElementMap] => {
      const elements = this.#verdicts.get(name as VerdictMap) ?? new Map<string, string>();
      return [name, { keyType: DESTINATION[kind].type, valueType: 'verdict', elements }];
    });
    const endpoints = [...this.#endpoints.values()].map(({ map, elements }): [string, ElementMap] => [
      map.name,
      {
        keyType: `integer . ${map.keyType}`,
        valueType: 'ipv4_addr . inet_service',
        // A drawn number has no size of its own, so the map is declared by expressions.
        typeof: `numgen random mod 2 . ${map.key} : ${map.key.replace(/^(?!ip daddr)/, 'ip daddr . ')}`,
        elements,
      },
    ]);
    const sets = Object.entries(SETS).map(([name, keyType]): [string, ElementSet] => [
      name,
      { keyType, elements: this.#members.get(name as keyof typeof SETS) ?? new Set() },
    ]);
    return {
      ...TABLE,
      chains: new Map([...baseChains, ...this.#chains]),
      maps: new Map([...verdicts, ...endpoints]),
      sets: new Map([...sets, ...this.#affinitySets]),
    };
  }
}
