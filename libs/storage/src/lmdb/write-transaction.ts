import type { DeleteResult, PutResult, Revision, StoredRecord, StoreEvent } from '../store';
import { counterRow } from './counters';
import { readRecord } from './history';
import { encodeChange, encodeExpiration, encodeInteger, encodeVersion, type Change } from './row-codec';
import type { RowWrite, Tables } from './tables';

/** What a put needs beside its key: the value, and when the record is to be deleted (milliseconds since the epoch). */
export interface NewValue {
  readonly value: Uint8Array;
  readonly due: number | undefined;
}

const NO_VALUE = new Uint8Array(0);

/** The writes of one commit: computed against the tables and against each other, kept until they are committed together. */
export class WriteTransaction {
  readonly #tables: Tables;
  /** Keys written here: what stands under them now. Invariant: every other key is as the tables have it. */
  readonly #written = new Map<string, StoredRecord | undefined>();
  readonly #rows: RowWrite[] = [];
  readonly #events: StoreEvent[] = [];
  readonly #base: Revision;
  #revision: Revision;

  constructor(tables: Tables, revision: Revision) {
    this.#tables = tables;
    this.#base = revision;
    this.#revision = revision;
  }

  /** The newest revision once this is committed. */
  get revision(): Revision {
    return this.#revision;
  }

  get events(): readonly StoreEvent[] {
    return this.#events;
  }

  get rows(): readonly RowWrite[] {
    return this.#revision === this.#base ? this.#rows : [...this.#rows, counterRow('revision', this.#revision)];
  }

  put(key: string, expected: Revision, { value, due }: NewValue): PutResult {
    const current = this.get(key);
    if ((current?.revision ?? 0) !== expected) return { type: 'conflict', current };
    const record = { key, value, revision: this.#change({ type: 'put', key, value, previous: expected }) };
    this.#rows.push({ table: 'current', key: Buffer.from(key), value: encodeInteger(record.revision) });
    if (due !== undefined) this.#rows.push({ table: 'expirations', key: encodeExpiration(due, record.revision), value: Buffer.from(key) });
    this.#written.set(key, record);
    this.#events.push({ type: 'put', record, ...(current !== undefined && { previous: current }) });
    return { type: 'written', record };
  }

  delete(key: string, expected: Revision): DeleteResult {
    const current = this.get(key);
    if (current?.revision !== expected) return { type: 'conflict', current };
    const revision = this.#change({ type: 'delete', key, value: NO_VALUE, previous: expected });
    this.#rows.push({ table: 'current', key: Buffer.from(key) });
    this.#written.set(key, undefined);
    this.#events.push({ type: 'delete', key, revision, previous: current });
    return { type: 'deleted', previous: current, revision };
  }

  get(key: string): StoredRecord | undefined {
    return this.#written.has(key) ? this.#written.get(key) : readRecord(this.#tables, key);
  }

  /** Rows that change no record and take no revision. */
  write(row: RowWrite): void {
    this.#rows.push(row);
  }

  #change(change: Omit<Change, 'revision'>): Revision {
    const { key, previous } = change;
    const revision = ++this.#revision;
    this.#rows.push({ table: 'records', key: encodeInteger(revision), value: encodeChange(change) });
    if (previous > 0) this.#rows.push({ table: 'superseded', key: encodeVersion(key, previous), value: encodeInteger(revision) });
    return revision;
  }
}
