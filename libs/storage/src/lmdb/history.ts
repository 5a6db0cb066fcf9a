import { keyRange } from '../key-range';
import type { ListOptions, ListResult, Revision, StoredRecord, StoreEvent } from '../store';
import { RevisionCompacted, RevisionInFuture } from '../store-errors';
import { readCounter } from './counters';
import { decodeChange, decodeInteger, decodeVersion, encodeInteger, recordOf, type Change } from './row-codec';
import type { Tables } from './tables';

/** A record's place: its key and the revision under which the table `records` has it. */
interface Version {
  readonly key: Buffer;
  readonly revision: Revision;
}

export function readRecord(tables: Tables, key: string): StoredRecord | undefined {
  const revision = tables.get('current', Buffer.from(key));
  return revision === undefined ? undefined : recordAt(tables, decodeInteger(revision));
}

/** As the contract of `Store.list`. */
export function readList(tables: Tables, prefix: string, options: ListOptions = {}): ListResult {
  const newest = readCounter(tables, 'revision');
  const revision = options.revision ?? newest;
  checkRevision(tables, revision, newest);
  return revision === newest ? listNewest(tables, prefix, options) : listPast(tables, prefix, { ...options, revision });
}

function listNewest(tables: Tables, prefix: string, { after, limit }: ListOptions): ListResult {
  const range = keyRange(prefix, after);
  const records: StoredRecord[] = [];
  if (limit !== 0) for (const { value } of tables.range('current', range, limit)) records.push(recordAt(tables, decodeInteger(value)));
  const remaining = limit === undefined ? 0 : tables.count('current', range) - records.length;
  return { records, revision: readCounter(tables, 'revision'), remaining };
}

function listPast(tables: Tables, prefix: string, { after, limit = Infinity, revision }: ListOptions & { revision: Revision }): ListResult {
  const records: StoredRecord[] = [];
  let remaining = 0;
  for (const version of versionsAt(tables, { prefix, after, revision }))
    if (records.length < limit) records.push(recordAt(tables, version.revision));
    else remaining++;
  return { records, revision, remaining };
}

interface Past {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly revision: Revision;
}

/** What stood at a past revision, by key: a record made by then which either still stands or was ended later. */
function* versionsAt(tables: Tables, past: Past): Generator<Version> {
  const ended = endedAfter(tables, past);
  let next = ended.next();
  for (const version of standingSince(tables, past)) {
    for (; next.done !== true && Buffer.compare(next.value.key, version.key) < 0; next = ended.next()) yield next.value;
    yield version;
  }
  for (; next.done !== true; next = ended.next()) yield next.value;
}

function* standingSince(tables: Tables, { prefix, after, revision }: Past): Generator<Version> {
  for (const row of tables.range('current', keyRange(prefix, after))) {
    const made = decodeInteger(row.value);
    if (made <= revision) yield { key: row.key, revision: made };
  }
}

function* endedAfter(tables: Tables, { prefix, after, revision }: Past): Generator<Version> {
  const skipped = after === undefined ? undefined : Buffer.from(after);
  for (const row of tables.range('superseded', keyRange(prefix, after))) {
    const version = decodeVersion(row.key);
    const stood = version.revision <= revision && revision < decodeInteger(row.value);
    if (stood && skipped?.equals(version.key) !== true) yield version;
  }
}

/** Part of the history: the events under a prefix, complete up to `through`. */
export interface Changes {
  readonly events: readonly StoreEvent[];
  readonly through: Revision;
}

/**
 * The changes after `from` up to `until`, of which at most `limit` are looked at.
 * @throws RevisionCompacted if some of them are forgotten
 */
export function readChanges(
  tables: Tables,
  prefix: string,
  { from, until, limit }: { from: Revision; until: Revision; limit: number },
): Changes {
  checkRevision(tables, from, Infinity);
  const through = Math.min(until, from + limit);
  const events: StoreEvent[] = [];
  for (const { key, value } of tables.range('records', { start: encodeInteger(from + 1), end: encodeInteger(through + 1) })) {
    const change = decodeChange(decodeInteger(key), value);
    if (change.key.startsWith(prefix)) events.push(eventOf(tables, change));
  }
  return { events, through };
}

function eventOf(tables: Tables, change: Change): StoreEvent {
  const { key, revision } = change;
  if (change.type === 'delete') return { type: 'delete', key, revision, previous: recordAt(tables, change.previous) };
  return { type: 'put', record: recordOf(change), ...(change.previous > 0 && { previous: recordAt(tables, change.previous) }) };
}

function recordAt(tables: Tables, revision: Revision): StoredRecord {
  const bytes = tables.get('records', encodeInteger(revision));
  if (bytes === undefined) throw new Error(`the store's index names revision ${revision}, which it does not hold: its files are damaged`);
  return recordOf(decodeChange(revision, bytes));
}

function checkRevision(tables: Tables, revision: Revision, newest: Revision): void {
  const oldest = readCounter(tables, 'compacted');
  if (revision < oldest) throw new RevisionCompacted(revision, oldest);
  if (revision > newest) throw new RevisionInFuture(revision, newest);
}
