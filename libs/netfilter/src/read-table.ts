import { NftError, type RunNft } from './nft';
import type { Table } from './table';
import { setType, type ChainState, type TableState } from './table-state';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

/** Reads what the kernel has of a table; undefined if it has none. @throws NftError if nft fails otherwise */
export async function readTable(run: RunNft, { family, name }: Pick<Table, 'family' | 'name'>): Promise<TableState | undefined> {
  let listing: string;
  try {
    listing = await run(['-j', 'list', 'table', family, name]);
  } catch (error) {
    if (error instanceof NftError && error.stderr.includes('No such file or directory')) return undefined;
    throw error;
  }
  return parseListing(listing);
}

/** The state in an answer of `nft -j list table`. */
function parseListing(listing: string): TableState {
  const chains = new Map<string, ChainState>();
  const maps = new Map<string, { type: string; elements: Map<string, string> }>();
  const sets = new Map<string, { type: string; elements: Set<string> }>();
  const rules: JsonObject[] = [];
  for (const item of arrayOf(objectOf(JSON.parse(listing) as Json)['nftables'])) {
    const { chain, map, set, rule } = objectOf(item);
    if (chain !== undefined) chains.set(text(objectOf(chain)['name']), { hook: hookOf(objectOf(chain)), ruleDigests: [] });
    if (map !== undefined) maps.set(text(objectOf(map)['name']), mapOf(objectOf(map)));
    if (set !== undefined) sets.set(text(objectOf(set)['name']), setOf(objectOf(set)));
    if (rule !== undefined) rules.push(objectOf(rule));
  }
  for (const [name, digests] of Map.groupBy(rules, (rule) => text(rule['chain']))) {
    chains.set(name, { hook: chains.get(name)?.hook ?? '', ruleDigests: digests.map((rule) => text(rule['comment'])) });
  }
  return { chains, maps, sets };
}

function hookOf({ type, hook, prio }: JsonObject): string {
  return hook === undefined ? '' : `${text(type)} ${text(hook)} ${text(prio)}`;
}

function mapOf(map: JsonObject): { type: string; elements: Map<string, string> } {
  const pairs = arrayOf(map['elem']).map((pair): [string, string] => [text(arrayOf(pair)[0]), text(arrayOf(pair)[1])]);
  return { type: `${text(map['type'])} : ${text(map['map'])}`, elements: new Map(pairs) };
}

function setOf(set: JsonObject): { type: string; elements: Set<string> } {
  const timeout = set['timeout'];
  if (typeof timeout === 'number') return { type: setType(text(set['type']), timeout), elements: new Set() };
  return { type: text(set['type']), elements: new Set(arrayOf(set['elem']).map(text)) };
}

/** nft's own text of a JSON expression: a concatenation, a verdict, a prefix or a plain value. */
function text(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(text).join(' . ');
  if (typeof value !== 'object') return String(value);
  const [kind, content] = Object.entries(value as JsonObject)[0] ?? ['', null];
  if (kind === 'concat') return text(content);
  if (kind === 'goto' || kind === 'jump') return `${kind} ${text(objectOf(content)['target'])}`;
  if (kind === 'prefix') return `${text(objectOf(content)['addr'])}/${text(objectOf(content)['len'])}`;
  if (kind === 'elem') return text(objectOf(content)['val']);
  return kind;
}

function arrayOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
