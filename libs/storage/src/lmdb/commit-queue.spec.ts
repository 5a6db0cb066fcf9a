import { FakeClock } from '@keelson/apimachinery';
import type { KeyRange } from '../key-range';
import type { Store } from '../store';
import { StoreUnavailable } from '../store-errors';
import { EventReader } from '../testing/event-reader';
import { LmdbStore } from './lmdb-store';
import type { Row, RowWrite, Table, Tables } from './tables';

/** Tables in memory whose disk can be full, and can fail after the commit has become visible. */
class FailingTables implements Tables {
  readonly #rows = new Map<string, Row & { readonly table: Table }>();
  fails: 'never' | 'before' | 'after' = 'never';
  commits = 0;

  get(table: Table, key: Buffer): Buffer | undefined {
    return this.#rows.get(`${table}/${key.toString('hex')}`)?.value;
  }

  range(table: Table, { start, end }: KeyRange, limit?: number): Row[] {
    const inside = (key: Buffer): boolean => Buffer.compare(key, start) >= 0 && (end === undefined || Buffer.compare(key, end) < 0);
    const rows = [...this.#rows.values()].filter((row) => row.table === table && inside(row.key));
    return rows.sort((a, b) => Buffer.compare(a.key, b.key)).slice(0, limit);
  }

  count(table: Table, range: KeyRange): number {
    return this.range(table, range).length;
  }

  async commit(rows: readonly RowWrite[]): Promise<void> {
    this.commits++;
    if (this.fails === 'before') throw new Error('No space left on device');
    for (const { table, key, value } of rows)
      if (value === undefined) this.#rows.delete(`${table}/${key.toString('hex')}`);
      else this.#rows.set(`${table}/${key.toString('hex')}`, { table, key, value });
    if (this.fails === 'after') throw new Error('Input/output error');
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

describe('the commits of an lmdb store', () => {
  let tables: FailingTables;
  let store: Store;

  beforeEach(() => {
    tables = new FailingTables();
    store = new LmdbStore({ tables, clock: new FakeClock(), release: () => Promise.resolve() });
  });

  afterEach(() => store.close());

  const put = (key: string) => store.put(key, Buffer.from(key), { expected: 0 });

  it('are shared by writes that arrive together', async () => {
    await Promise.all(Array.from({ length: 64 }, (_, n) => put(`/registry/${n}`)));
    expect(tables.commits).toBe(1);
  });

  it('fail every write of theirs with StoreUnavailable on a full disk, change nothing, and work again when there is room', async () => {
    await put('/registry/before');
    tables.fails = 'before';
    const results = await Promise.allSettled([put('/registry/a'), put('/registry/b')]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
    await expect(put('/registry/a')).rejects.toThrow('No space left on device');
    expect(await store.currentRevision()).toBe(1);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    tables.fails = 'never';
    await store.check();
    expect(await put('/registry/a')).toMatchObject({ type: 'written', record: { revision: 2 } });
  });

  it('reach watches where they failed and are there all the same', async () => {
    const stop = new AbortController();
    const reader = new EventReader(store.watch('/registry/', { from: 0, signal: stop.signal }));
    tables.fails = 'after';
    await expect(put('/registry/a')).rejects.toThrow(StoreUnavailable);
    tables.fails = 'never';
    expect(await reader.next()).toMatchObject({ type: 'put', record: { key: '/registry/a', revision: 1 } });
    expect(await put('/registry/a')).toMatchObject({ type: 'conflict', current: { revision: 1 } });
    expect(await put('/registry/b')).toMatchObject({ type: 'written', record: { revision: 2 } });
    stop.abort();
  });

  it('take no notice of a key that LMDB could not hold', async () => {
    await expect(put('/registry/\0')).rejects.toThrow(RangeError);
    await expect(put('k'.repeat(2_000))).rejects.toThrow('1900 bytes');
    await expect(put('')).rejects.toThrow(RangeError);
    expect(tables.commits).toBe(0);
  });
});
