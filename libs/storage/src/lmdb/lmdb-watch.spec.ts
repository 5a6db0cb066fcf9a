import { FakeClock } from '@keelson/apimachinery';
import type { Revision, Store } from '../store';
import { RevisionCompacted } from '../store-errors';
import { EventReader } from '../testing/event-reader';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

describe('a watch of an lmdb store', () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let store: Store;
  let stop: AbortController;

  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new FakeClock();
    store = await openLmdbStore({ path: folder.path, clock, sync: 'none' });
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await store.close();
    await folder.remove();
  });

  const watch = (from: Revision): EventReader => new EventReader(store.watch('/registry/', { from, signal: stop.signal }));

  const write = (key: string): Promise<unknown> => store.put(`/registry/${key}`, Buffer.from(key), { expected: 0 });

  const writeMany = (count: number): Promise<unknown> => Promise.all(Array.from({ length: count }, (_, n) => write(`${count}-${n}`)));

  it('has handed over an event before the write that made it resolves', async () => {
    const seen = new Set<string>();
    const reading = (async () => {
      for await (const batch of store.watch('/registry/', { from: 0, signal: stop.signal }))
        for (const event of batch) if (event.type === 'put') seen.add(event.record.key);
    })();
    await write('first');
    for (let n = 0; n < 100; n++) {
      await write(`${n}`);
      expect(seen).toContain(`/registry/${n}`);
    }
    stop.abort();
    await reading;
  });

  it('loses nothing where its consumer is slower than its buffer is long', async () => {
    const slow = watch(0);
    const first = slow.next();
    await write('first');
    await first;
    await writeMany(12_000);
    await write('last');
    const events = await slow.take(12_001);
    expect(events.map((event) => (event.type === 'put' ? event.record.revision : 0))).toEqual(
      Array.from({ length: 12_001 }, (_, n) => n + 2),
    );
    await write('live');
    expect(await slow.next()).toMatchObject({ type: 'put', record: { key: '/registry/live' } });
  });

  it('ends with RevisionCompacted in the midst where what its slow consumer missed has been forgotten', async () => {
    const slow = watch(0);
    const first = slow.next();
    await write('first');
    await first;
    await writeMany(12_000);
    await store.compact(await store.currentRevision());
    await expect(slow.next()).rejects.toThrow(RevisionCompacted);
    expect(await slow.next()).toBeUndefined();
  });

  it('hears of progress from time to time while nothing changes', async () => {
    await write('a');
    const reader = watch(1);
    const progress = reader.progress(1);
    await clock.advance(5_000);
    await progress;
    const again = reader.progress(1);
    await clock.advance(5_000);
    await again;
  });

  it('names in a progress event no revision that it has yet to deliver', async () => {
    const reader = watch(0);
    await writeMany(50);
    store.requestProgress();
    await reader.take(50);
    await reader.progress(50);
  });
});
