import type { Database, RootDatabase } from 'lmdb';
import { statfs } from 'node:fs/promises';
import type { KeyRange } from '../key-range';

/**
 * - `records`: revision → change, with the value. Changes after the compacted revision, and older ones whose value still counts.
 * - `current`: key → revision of its newest record; no row for a deleted key.
 * - `superseded`: key and revision of a record that no longer stands → the revision that ended it. What a list of the past needs.
 * - `expirations`: time due and revision → key.
 * - `counters`: the few numbers of {@link Counter}.
 */
export const TABLES = ['records', 'current', 'superseded', 'expirations', 'counters'] as const;
export type Table = (typeof TABLES)[number];

/** A row to write; without `value`, a row to remove. */
export interface RowWrite {
  readonly table: Table;
  readonly key: Buffer;
  readonly value?: Buffer;
}

export interface Row {
  readonly key: Buffer;
  readonly value: Buffer;
}

/**
 * Ordered tables of bytes with atomic, durable batches. Reads are synchronous, and all reads of one synchronous stretch of code
 * see one snapshot: of the last commit or, if one has just ended, of that.
 */
export interface Tables {
  get(table: Table, key: Buffer): Buffer | undefined;
  range(table: Table, range: KeyRange, limit?: number): Iterable<Row>;
  count(table: Table, range: KeyRange): number;
  /** All rows or none, in order, on disk when it resolves. One commit at a time. */
  commit(rows: readonly RowWrite[]): Promise<void>;
  close(): Promise<void>;
}

export class LmdbTables implements Tables {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #tables: Readonly<Record<Table, Database<Buffer, Buffer>>>;

  readonly #path: string;

  /** @param path the folder of `root` */
  constructor(root: RootDatabase<Buffer, Buffer>, path: string) {
    const table = (name: Table): Database<Buffer, Buffer> =>
      root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' });
    this.#root = root;
    this.#path = path;
    this.#tables = {
      records: table('records'),
      current: table('current'),
      superseded: table('superseded'),
      expirations: table('expirations'),
      counters: table('counters'),
    };
  }

  get(table: Table, key: Buffer): Buffer | undefined {
    return this.#tables[table].get(key);
  }

  range(table: Table, range: KeyRange, limit?: number): Iterable<Row> {
    return this.#tables[table].getRange(bounds(range, limit));
  }

  count(table: Table, range: KeyRange): number {
    return this.#tables[table].getKeysCount(bounds(range));
  }

  async commit(rows: readonly RowWrite[]): Promise<void> {
    try {
      await this.#root.batch(() => rows.forEach((row) => this.#write(row)));
    } catch (error) {
      throw await withRoom(await reasonOf(error), this.#path);
    }
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  #write({ table, key, value }: RowWrite): void {
    // Each promise is the batch's own, which `commit` awaits.
    if (value === undefined) void this.#tables[table].remove(key);
    else void this.#tables[table].put(key, value);
  }
}

interface Bounds {
  start?: Buffer;
  end?: Buffer;
  limit?: number;
}

function bounds({ start, end }: KeyRange, limit?: number): Bounds {
  return {
    ...(start.length > 0 && { start }),
    ...(end !== undefined && { end }),
    ...(limit !== undefined && { limit }),
  };
}

/** The driver rejects a write with a promise (`commitError`) that rejects with the reason. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).catch((reason: unknown) => reason);
}

/** LMDB calls it an input/output error, too, when a full disk takes a part of what it writes; so the reason says what room there is. */
async function withRoom(cause: unknown, path: string): Promise<Error> {
  const message = cause instanceof Error ? cause.message : String(cause);
  const room = await statfs(path).then(
    ({ bavail, bsize }) => `${Math.floor((bavail * bsize) / 1024)} KiB are left on its disk`,
    (error: unknown) => `what is left on its disk is not known: ${String(error)}`,
  );
  return new Error(`${message}; ${room}`, { cause });
}
