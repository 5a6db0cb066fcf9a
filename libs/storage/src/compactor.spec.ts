import { FakeClock } from '@keelson/apimachinery';
import { startCompactor } from './compactor';
import { openLmdbStore } from './lmdb/open-lmdb-store';
import type { Revision, Store } from './store';
import { RevisionCompacted, StoreUnavailable } from './store-errors';
import { temporaryFolder, type TemporaryFolder } from './testing/temporary-folder';

const INTERVAL = 5 * 60_000;

describe('startCompactor', () => {
  let folder: TemporaryFolder;
  let store: Store;
  let clock: FakeClock;
  let stop: AbortController;
  let errors: unknown[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new FakeClock();
    // The store has a clock of its own, which stands still, so that only the compactor's timers are on `clock`.
    store = await openLmdbStore({ path: folder.path, clock: new FakeClock(), sync: 'none' });
    stop = new AbortController();
    errors = [];
  });

  afterEach(async () => {
    stop.abort();
    expect(clock.pending).toBe(0);
    await store.close();
    await folder.remove();
  });

  const start = (on: Store = store, keepRevisions = 0): void =>
    startCompactor({ store: on, clock, signal: stop.signal, keepRevisions, onError: (error) => errors.push(error) });

  async function write(): Promise<Revision> {
    const key = `/registry/${await store.currentRevision()}`;
    const result = await store.put(key, Buffer.from(''), { expected: 0 });
    return result.type === 'written' ? result.record.revision : 0;
  }

  /** Lets one interval pass and every compactor end its round: a round that has ended has set its next timer. */
  async function nextRound(compactors = 1): Promise<void> {
    await clock.advance(INTERVAL);
    while (clock.pending < compactors) await new Promise((resolve) => setImmediate(resolve));
  }

  const isThere = (revision: Revision): Promise<boolean> =>
    store.list('/registry/', { revision }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RevisionCompacted) return false;
        throw error;
      },
    );

  it('keeps at least one interval of history and forgets what is two intervals old', async () => {
    const old = await write();
    start();
    await nextRound();
    const recent = await write();
    expect(await isThere(old)).toBe(true);
    await nextRound();
    expect(await isThere(old)).toBe(false);
    expect(await isThere(recent)).toBe(true);
    await nextRound();
    expect(await isThere(recent)).toBe(false);
  });

  it('keeps the last revisions, however old, if so told', async () => {
    const old = await write();
    const kept = [await write(), await write(), await write()];
    start(store, 10);
    for (let round = 0; round < 4; round++) await nextRound();
    expect(await isThere(old)).toBe(true);
    for (let round = 0; round < 10; round++) await nextRound();
    expect(await isThere(kept[2]!)).toBe(false);
  });

  it('leaves the round to another compactor that was faster, and takes over when that one is gone', async () => {
    const compact = jest.spyOn(store, 'compact');
    start();
    start();
    for (let round = 0; round < 4; round++) await nextRound(2);
    // Each round has one winner; the first has nothing to compact to yet.
    expect(compact.mock.calls.length).toBeLessThanOrEqual(4);
    expect(compact).toHaveBeenCalled();
    expect(errors).toEqual([]);
  });

  it("follows an upstream apiserver's rounds through the shared key", async () => {
    start();
    await nextRound();
    const mine = await store.get('compact_rev_key');
    expect(Buffer.from(mine!.value).toString()).toBe('0');
    await store.put('compact_rev_key', Buffer.from('1'), { expected: mine!.revision });
    const compact = jest.spyOn(store, 'compact');
    await nextRound();
    expect(compact).not.toHaveBeenCalled();
    await nextRound();
    expect(compact).toHaveBeenCalledTimes(1);
  });

  it('reports a round that fails and tries again at the next', async () => {
    const failing = Object.create(store, { put: { value: () => Promise.reject(new StoreUnavailable('down')) } }) as Store;
    start(failing);
    await nextRound();
    await nextRound();
    expect(errors).toEqual([expect.any(StoreUnavailable), expect.any(StoreUnavailable)]);
  });
});
