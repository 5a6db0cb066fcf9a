import type { Chain, ElementMap, ElementSet, Table } from './table';
import { ruleDigest, stateOf, type TableState } from './table-state';

/**
 * The `nft -f -` script, one command a line, that turns `previous` into `next`; empty if nothing differs. nft applies a script as one
 * transaction: all of it or nothing. A chain whose rules differ is flushed and filled again; of maps and sets only the differing elements are written. If the
 * type of a map or set, or the hook of a chain, differs, then the table is made anew, for nft can't change those in place.
 */
export function diff(previous: TableState | undefined, next: Table): readonly string[] {
  const table = `${next.family} ${next.name}`;
  if (previous === undefined) return additions(table, NOTHING, next);
  if (hasChangedDeclaration(previous, stateOf(next))) return [`delete table ${table}`, ...additions(table, NOTHING, next)];
  const changes = [...flushes(table, previous, next), ...additions(table, previous, next).slice(1), ...deletions(table, previous, next)];
  return changes.length === 0 ? [] : [`add table ${table}`, ...changes];
}

const NOTHING: TableState = { chains: new Map(), maps: new Map(), sets: new Map() };

function hasChangedDeclaration(previous: TableState, next: TableState): boolean {
  return (
    differs(previous.chains, next.chains, (a, b) => a.hook !== b.hook) ||
    differs(previous.maps, next.maps, (a, b) => a.type !== b.type) ||
    differs(previous.sets, next.sets, (a, b) => a.type !== b.type)
  );
}

function differs<T>(previous: ReadonlyMap<string, T>, next: ReadonlyMap<string, T>, changed: (a: T, b: T) => boolean): boolean {
  for (const [name, after] of next) {
    const before = previous.get(name);
    if (before !== undefined && changed(before, after)) return true;
  }
  return false;
}

/** First of all references go, so that what they refer to can go too. */
function flushes(table: string, previous: TableState, next: Table): string[] {
  const lines: string[] = [];
  for (const [name, before] of previous.chains) {
    const after = next.chains.get(name);
    if (before.ruleDigests.length > 0 && (after === undefined || hasOtherRules(before.ruleDigests, after))) {
      lines.push(`flush chain ${table} ${name}`);
    }
  }
  for (const [name, before] of previous.maps) {
    const after = next.maps.get(name)?.elements;
    for (const [key, value] of before.elements) {
      if (after?.get(key) !== value) lines.push(`delete element ${table} ${name} { ${key} : ${value} }`);
    }
  }
  for (const [name, before] of previous.sets) {
    const after = next.sets.get(name)?.elements;
    for (const key of before.elements) if (after?.has(key) !== true) lines.push(`delete element ${table} ${name} { ${key} }`);
  }
  return lines;
}

/** Declarations before the elements and rules that refer to them. */
function additions(table: string, previous: TableState, next: Table): string[] {
  const declarations: string[] = [];
  const elements: string[] = [];
  const rules: string[] = [];
  for (const [name, chain] of next.chains) {
    const before = previous.chains.get(name);
    if (before === undefined) declarations.push(`add chain ${table} ${name}${hookClause(chain)}`);
    if (!hasOtherRules(before?.ruleDigests ?? [], chain)) continue;
    for (const rule of chain.rules) rules.push(`add rule ${table} ${name} ${rule} comment "${ruleDigest(rule)}"`);
  }
  for (const [name, map] of next.maps) {
    const before = previous.maps.get(name);
    if (before === undefined) declarations.push(`add map ${table} ${name} { ${typeClause(map)} ; }`);
    for (const [key, value] of map.elements) {
      if (before?.elements.get(key) !== value) elements.push(`add element ${table} ${name} { ${key} : ${value} }`);
    }
  }
  for (const [name, set] of next.sets) {
    const before = previous.sets.get(name);
    if (before === undefined) declarations.push(`add set ${table} ${name} { ${setClause(set)} ; }`);
    for (const key of set.elements) if (before?.elements.has(key) !== true) elements.push(`add element ${table} ${name} { ${key} }`);
  }
  return [`add table ${table}`, ...declarations, ...elements, ...rules];
}

function deletions(table: string, previous: TableState, next: Table): string[] {
  const gone = <T>(kind: string, before: ReadonlyMap<string, T>, after: ReadonlyMap<string, unknown>): string[] =>
    [...before.keys()].filter((name) => !after.has(name)).map((name) => `delete ${kind} ${table} ${name}`);
  return [
    ...gone('map', previous.maps, next.maps),
    ...gone('set', previous.sets, next.sets),
    ...gone('chain', previous.chains, next.chains),
  ];
}

function hasOtherRules(digests: readonly string[], chain: Chain): boolean {
  return digests.length !== chain.rules.length || chain.rules.some((rule, index) => ruleDigest(rule) !== digests[index]);
}

function hookClause({ hook }: Chain): string {
  return hook === undefined ? '' : ` { type ${hook.type} hook ${hook.hook} priority ${hook.priority.toString()} ; }`;
}

function typeClause(map: ElementMap): string {
  return map.typeof === undefined ? `type ${map.keyType} : ${map.valueType}` : `typeof ${map.typeof}`;
}

function setClause({ keyType, timeout }: ElementSet): string {
  return timeout === undefined ? `type ${keyType}` : `type ${keyType} ; flags dynamic,timeout ; timeout ${timeout.toString()}s`;
}
