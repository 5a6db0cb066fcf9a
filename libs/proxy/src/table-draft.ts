import type { Chain, ElementMap, ElementSet, Table } from '@keelson/netfilter';
import { TABLE } from './clean-up';

const PORT = { type: 'inet_proto . inet_service', expression: 'meta l4proto . th dport', sized: 'meta l4proto . tcp dport' } as const;

/** How a packet's destination is looked up, for each kind of frontend: the types of the key, and the expressions that give it. */
export const DESTINATION = {
  address: {
    type: `ipv4_addr . ${PORT.type}`,
    expression: `ip daddr . ${PORT.expression}`,
    sized: `ip daddr . ${PORT.sized}`,
  },
  nodePort: PORT,
} as const;

export type DestinationKind = keyof typeof DESTINATION;

const verdicts = (kind: DestinationKind): Omit<ElementMap, 'elements'> => ({ keyType: DESTINATION[kind].type, valueType: 'verdict' });

const endpoints = (kind: DestinationKind): Omit<ElementMap, 'elements'> => ({
  keyType: `integer . ${DESTINATION[kind].type}`,
  valueType: 'ipv4_addr . inet_service',
  // Not `th dport`, which nft 1.0.6 can't read back from the kernel; a port is a port.
  typeof: `numgen random mod 2 . ${DESTINATION[kind].sized} : ip daddr . tcp dport`,
});

const MAPS = {
  'service-ips': verdicts('address'),
  'service-nodeports': verdicts('nodePort'),
  'no-endpoint-services': verdicts('address'),
  'no-endpoint-nodeports': verdicts('nodePort'),
  'firewall-ips': verdicts('address'),
  endpoints: endpoints('address'),
  'local-endpoints': endpoints('address'),
  'nodeport-endpoints': endpoints('nodePort'),
  'nodeport-local-endpoints': endpoints('nodePort'),
} as const;

const SETS = { 'cluster-ips': 'ipv4_addr', 'hairpin-connections': 'ipv4_addr . ipv4_addr' } as const;

export type MapName = keyof typeof MAPS;

/** The table while it is put together. Whatever is added twice is there once. */
export class TableDraft {
  readonly #chains = new Map<string, Chain>();
  readonly #elements = new Map<MapName, Map<string, string>>();
  readonly #members = new Map<keyof typeof SETS, Set<string>>();
  readonly #affinitySets = new Map<string, ElementSet>();

  /** A chain that other rules reach. @returns its name */
  chain(name: string, rules: () => readonly string[]): string {
    if (!this.#chains.has(name)) this.#chains.set(name, { rules: rules() });
    return name;
  }

  /** If a key is given twice (two Services that claim one external IP), the first keeps it. */
  element(map: MapName, key: string, value: string): void {
    const elements = this.#elements.get(map) ?? new Map<string, string>();
    if (!elements.has(key)) this.#elements.set(map, elements.set(key, value));
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
    const maps = Object.entries(MAPS).map(([name, type]): [string, ElementMap] => [
      name,
      { ...type, elements: this.#elements.get(name as MapName) ?? new Map() },
    ]);
    const sets = Object.entries(SETS).map(([name, keyType]): [string, ElementSet] => [
      name,
      { keyType, elements: this.#members.get(name as keyof typeof SETS) ?? new Set() },
    ]);
    return { ...TABLE, chains: new Map([...baseChains, ...this.#chains]), maps: new Map(maps), sets: new Map([...sets, ...this.#affinitySets]) };
  }
}
