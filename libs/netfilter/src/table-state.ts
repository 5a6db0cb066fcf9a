import { createHash } from 'node:crypto';
import type { BaseHook, Table } from './table';

/**
 * What is known of a table in the kernel. Rules are known by the digest in their comment, because the kernel gives a rule
 * back as bytecode, whose text needn't be the one it was made from.
 */
export interface TableState {
  readonly chains: ReadonlyMap<string, ChainState>;
  readonly maps: ReadonlyMap<string, { readonly type: string; readonly elements: ReadonlyMap<string, string> }>;
  readonly sets: ReadonlyMap<string, { readonly type: string; readonly elements: ReadonlySet<string> }>;
}

export interface ChainState {
  /** `nat prerouting -100`; empty for a chain without a hook. */
  readonly hook: string;
  readonly ruleDigests: readonly string[];
}

/** The comment that a rule carries in the kernel: 16 hexadecimal digits over its text. */
export function ruleDigest(rule: string): string {
  return createHash('sha256').update(rule).digest('hex').slice(0, 16);
}

/** The state that the kernel is in once `table` is applied. */
export function stateOf(table: Table): TableState {
  return {
    chains: mapValues(table.chains, (chain) => ({ hook: hookText(chain.hook), ruleDigests: chain.rules.map(ruleDigest) })),
    maps: mapValues(table.maps, (map) => ({ type: `${map.keyType} : ${map.valueType}`, elements: map.elements })),
    sets: mapValues(table.sets, (set) => ({ type: setType(set.keyType, set.timeout), elements: set.elements })),
  };
}

/** The type of a set as its state tells it: `ipv4_addr`, or `ipv4_addr timeout 60` for one that rules fill. */
export function setType(keyType: string, timeout?: number): string {
  return timeout === undefined ? keyType : `${keyType} timeout ${timeout}`;
}

function hookText(hook: BaseHook | undefined): string {
  return hook === undefined ? '' : `${hook.type} ${hook.hook} ${hook.priority.toString()}`;
}

function mapValues<A, B>(from: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...from].map(([key, value]) => [key, change(value)]));
}
