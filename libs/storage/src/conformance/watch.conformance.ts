import type { StoredRecord } from '../store';
import { EventReader } from '../testing/event-reader';
import { decode, range, revisionOf, type StoreHarness } from './store-harness';

/** Watches: every change once, in order, without gaps. */
export function watchConformance(harness: StoreHarness): void {
  describe('watch', () => {
    it('delivers a change made between the list and the watch', async () => {
      const { revision } = await harness.store.list(harness.prefix, { limit: 0 });
      const record = await harness.put('a', 'late');
      expect(await harness.watch(revision).next()).toMatchObject({
        type: 'put',
        record: { key: harness.key('a'), revision: record.revision },
      });
    });

    it('delivers what changes later, in order, each with the record before', async () => {
      const reader = harness.watch(await harness.store.currentRevision());
      const first = await harness.put('a', 'one');
      const second = await harness.put('a', 'two', first.revision);
      const deleted = await harness.remove('a', second.revision);
      const again = await harness.put('a', 'three');
      const [one, two, three, four] = await reader.take(4);
      expect(one).toMatchObject({ type: 'put', record: { revision: first.revision } });
      expect(one).not.toHaveProperty('previous');
      expect(two).toMatchObject({ type: 'put', record: { revision: second.revision }, previous: { revision: first.revision } });
      expect(three).toMatchObject({ type: 'delete', key: harness.key('a'), revision: deleted, previous: { revision: second.revision } });
      expect(decode((three as { previous: StoredRecord }).previous.value)).toBe('two');
      expect(four).toMatchObject({ type: 'put', record: { revision: again.revision } });
      expect(four).not.toHaveProperty('previous');
    });

    it('delivers the past from any revision on, with the records before, as it did when it was the present', async () => {
      const from = await harness.store.currentRevision();
      const live = harness.watch(from);
      let record = await harness.put('a', '0');
      for (const n of range(5)) record = await harness.put('a', `${n + 1}`, record.revision);
      await harness.remove('a', record.revision);
      const events = await live.take(7);
      for (const skip of range(7)) expect(await harness.watch(from + skip).take(7 - skip)).toEqual(events.slice(skip));
    });

    it('keeps to its harness.prefix', async () => {
      const from = await harness.store.currentRevision();
      await harness.put('ab', '');
      await harness.put('a/x', '');
      await harness.put('b', '');
      await harness.put('a/y', '');
      const events = await harness.watch(from, harness.key('a/')).take(2);
      expect(events.map((event) => (event as { record: StoredRecord }).record.key)).toEqual([harness.key('a/x'), harness.key('a/y')]);
    });

    it('delivers each of many concurrent writes once and in order, from the past into the present', async () => {
      const from = await harness.store.currentRevision();
      const writes = Promise.all(range(300).map((n) => harness.put(`k-${n}`, `${n}`)));
      const early = harness.watch(from);
      await harness.put('middle', '');
      const late = harness.watch(from);
      await writes;
      const revisions = range(301).map((n) => from + 1 + n);
      expect((await early.take(301)).map(revisionOf)).toEqual(revisions);
      expect((await late.take(301)).map(revisionOf)).toEqual(revisions);
    });

    it('delivers batches that are never empty and never split a revision', async () => {
      const from = await harness.store.currentRevision();
      const writes = Promise.all(range(100).map((n) => harness.put(`k-${n}`, `${n}`)));
      let newest = from;
      for await (const batch of harness.store.watch(harness.prefix, { from, signal: harness.stop.signal })) {
        const revisions = batch.map(revisionOf);
        expect(revisions.length).toBeGreaterThan(0);
        expect(revisions[0]).toBeGreaterThan(newest);
        expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
        newest = revisions.at(-1)!;
        if (newest >= from + 100) break;
      }
      await writes;
    });

    it('delivers the same to many watches', async () => {
      const from = await harness.store.currentRevision();
      const readers = range(50).map(() => harness.watch(from));
      const reading = readers.map((reader) => reader.take(20));
      await Promise.all(range(20).map((n) => harness.put(`k-${n}`, `${n}`)));
      const [first, ...others] = await Promise.all(reading);
      for (const other of others) expect(other).toEqual(first);
    });

    it('ends without error when it is aborted while it waits, before it starts, and between events', async () => {
      const from = await harness.store.currentRevision();
      const waiting = harness.watch(from);
      const end = waiting.next();
      const between = harness.watch(from);
      const started = between.next();
      await harness.put('a', '');
      await started;
      await harness.put('b', '');
      expect(await end).toBeDefined();
      const idle = harness.watch(await harness.store.currentRevision());
      const idleEnd = idle.next();
      harness.stop.abort();
      expect(await idleEnd).toBeUndefined();
      expect(await between.drain()).toBeLessThanOrEqual(1);
      expect(await harness.watch(from).next()).toBeUndefined();
    });

    it('goes on while others are aborted or left by their consumers', async () => {
      const from = await harness.store.currentRevision();
      const other = new AbortController();
      const aborted = new EventReader(harness.store.watch(harness.prefix, { from, signal: other.signal }));
      const kept = harness.watch(from);
      await harness.put('a', '');
      await Promise.all([aborted.next(), kept.next()]);
      for await (const batch of harness.store.watch(harness.prefix, { from, signal: harness.stop.signal })) {
        expect(batch).toHaveLength(1);
        break;
      }
      other.abort();
      await harness.put('b', '');
      expect(await kept.next()).toMatchObject({ type: 'put', record: { key: harness.key('b') } });
      expect(await aborted.next()).toBeUndefined();
    });

    it('answers a request for progress behind everything that was written before, or drops it', async () => {
      if (!harness.fixture.progressOnRequest) return harness.store.requestProgress();
      const from = await harness.store.currentRevision();
      const busy = harness.watch(from);
      const quiet = harness.watch(from, harness.key('none/'));
      await harness.put('a', '');
      expect(await busy.next()).toMatchObject({ type: 'put' });
      const newest = await harness.store.currentRevision();
      const progress = Promise.all([busy.progress(newest), quiet.progress(newest)]);
      await requestUntil(progress, () => harness.store.requestProgress());
      const { revision } = await harness.put('b', '');
      expect(await busy.next()).toMatchObject({ type: 'put', record: { revision } });
    });
  });
}

/** A request for progress is a hint that may be dropped, so it is repeated until it has been answered. */
async function requestUntil(answered: Promise<unknown>, request: () => void): Promise<void> {
  const state = { pending: true };
  const end = answered.finally(() => (state.pending = false));
  while (state.pending) {
    request();
    await Promise.race([end, new Promise((resolve) => setImmediate(resolve))]);
  }
  await end;
}
