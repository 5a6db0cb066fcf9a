import { RevisionCompacted, RevisionInFuture, StoreUnavailable } from '../store-errors';
import { encode, range, revisionOf, type StoreHarness } from './store-harness';

/** How data goes by itself, and what is left when a store is closed. */
export function endOfDataConformance(harness: StoreHarness): void {
  describe('compact', () => {
    it('refuses lists and watches of what came before, and only of that', async () => {
      const records = [await harness.put('a', '0')];
      for (const n of range(5)) records.push(await harness.put('a', `${n + 1}`, records.at(-1)!.revision));
      const kept = records[3]!.revision;
      await harness.store.compact(kept);
      await expect(harness.store.list(harness.prefix, { revision: kept - 1 })).rejects.toThrow(RevisionCompacted);
      await expect(harness.watch(records[0]!.revision).next()).rejects.toThrow(RevisionCompacted);
      expect(harness.texts((await harness.store.list(harness.prefix, { revision: kept })).records)).toEqual(['a=3']);
      const events = await harness.watch(kept).take(2);
      expect(events).toMatchObject([{ record: { revision: kept + 1 }, previous: { revision: kept } }, { record: { revision: kept + 2 } }]);
    });

    it('says which revision is the oldest', async () => {
      const first = await harness.put('a', '0');
      const second = await harness.put('a', '1', first.revision);
      await harness.put('a', '2', second.revision);
      await harness.store.compact(second.revision);
      await expect(harness.store.list(harness.prefix, { revision: first.revision })).rejects.toMatchObject({ oldest: second.revision });
      await expect(harness.watch(first.revision - 1).next()).rejects.toMatchObject({ oldest: second.revision });
    });

    it('keeps every record that stands, however old, and forgets the deleted', async () => {
      const old = await harness.put('old', 'stands');
      const gone = await harness.put('gone', 'x');
      await harness.remove('gone', gone.revision);
      const newest = await harness.put('new', 'stands');
      await harness.store.compact(newest.revision);
      expect(harness.texts((await harness.store.list(harness.prefix)).records)).toEqual(['new=stands', 'old=stands']);
      expect((await harness.store.get(harness.key('old')))?.revision).toBe(old.revision);
      await harness.put('old', 'changed', old.revision);
      expect(await harness.watch(newest.revision).next()).toMatchObject({ type: 'put', previous: { revision: old.revision } });
    });

    it('keeps lists of the past right after several compactions', async () => {
      const first = await harness.put('a', 'a1');
      const second = await harness.put('b', 'b1');
      const third = await harness.put('a', 'a2', first.revision);
      await harness.store.compact(second.revision);
      const fourth = await harness.remove('b', second.revision);
      await harness.put('b', 'b2');
      await harness.store.compact(third.revision);
      expect(harness.texts((await harness.store.list(harness.prefix, { revision: third.revision })).records)).toEqual(['a=a2', 'b=b1']);
      expect(harness.texts((await harness.store.list(harness.prefix, { revision: fourth })).records)).toEqual(['a=a2']);
      await harness.store.compact(fourth);
      expect(harness.texts((await harness.store.list(harness.prefix, { revision: fourth })).records)).toEqual(['a=a2']);
      expect(harness.texts((await harness.store.list(harness.prefix)).records)).toEqual(['a=a2', 'b=b2']);
    });

    it('does nothing the second time, and refuses a revision that does not exist yet', async () => {
      const { revision } = await harness.put('a', '');
      await harness.store.compact(revision);
      await expect(harness.store.compact(revision)).resolves.toBeUndefined();
      await expect(harness.store.compact(revision - 1)).resolves.toBeUndefined();
      await expect(harness.store.compact(revision + 10)).rejects.toThrow(RevisionInFuture);
    });

    it('does not disturb a watch of the present', async () => {
      const first = await harness.put('a', '0');
      const reader = harness.watch(first.revision);
      const second = await harness.put('a', '1', first.revision);
      expect(await reader.next()).toMatchObject({ record: { revision: second.revision } });
      await harness.store.compact(second.revision);
      const third = await harness.put('a', '2', second.revision);
      expect(await reader.next()).toMatchObject({ record: { revision: third.revision }, previous: { revision: second.revision } });
    });
  });

  describe('time to live', () => {
    it('deletes a record when its time is over, as any delete', async () => {
      const record = await harness.put('event', 'short', 0, 1);
      const reader = harness.watch(record.revision);
      await harness.fixture.elapse(1);
      expect(await reader.next()).toMatchObject({ type: 'delete', key: harness.key('event'), previous: { revision: record.revision } });
      expect(await harness.store.get(harness.key('event'))).toBeUndefined();
    }, 20_000);

    it('leaves a record alone that has been written again without one, or with a longer one', async () => {
      const first = await harness.put('kept', 'short', 0, 1);
      const longer = await harness.put('longer', 'short', 0, 1);
      const mark = await harness.put('mark', 'short', 0, 2);
      await harness.put('kept', 'for good', first.revision);
      await harness.put('longer', 'long', longer.revision, 1_000);
      const reader = harness.watch(await harness.store.currentRevision());
      await harness.fixture.elapse(2);
      expect(await reader.next()).toMatchObject({ type: 'delete', key: harness.key('mark'), previous: { revision: mark.revision } });
      expect(harness.texts((await harness.store.list(harness.prefix)).records)).toEqual(['kept=for good', 'longer=long']);
    }, 20_000);
  });

  describe('close', () => {
    it('ends watches, makes every method reject with StoreUnavailable, and may be repeated', async () => {
      const reader = harness.watch(await harness.store.currentRevision());
      const end = reader.next();
      await harness.store.check();
      await harness.store.close();
      await harness.store.close();
      expect(await end).toBeUndefined();
      await expect(harness.store.get(harness.key('a'))).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.list(harness.prefix)).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.put(harness.key('a'), encode(''), { expected: 0 })).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.delete(harness.key('a'), { expected: 1 })).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.currentRevision()).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.compact(1)).rejects.toThrow(StoreUnavailable);
      await expect(harness.store.check()).rejects.toThrow(StoreUnavailable);
      await expect(harness.watch(0).next()).rejects.toThrow(StoreUnavailable);
      expect(() => harness.store.requestProgress()).not.toThrow();
    });

    it('waits for the writes under way, which are there afterwards', async () => {
      const writes = Promise.all(range(20).map((n) => harness.put(`k-${n}`, '')));
      await harness.store.close();
      await writes;
      await harness.reopen();
      expect((await harness.store.list(harness.prefix, { limit: 0 })).remaining).toBe(20);
    });

    it('loses nothing: records, revisions and history are there after it is opened again', async () => {
      const from = await harness.store.currentRevision();
      const first = await harness.put('a', '1');
      const second = await harness.put('a', '2', first.revision);
      const gone = await harness.put('gone', '');
      const deleted = await harness.remove('gone', gone.revision);
      await harness.store.close();
      await harness.reopen();
      expect(await harness.store.currentRevision()).toBe(deleted);
      expect(harness.texts((await harness.store.list(harness.prefix)).records)).toEqual(['a=2']);
      expect(harness.texts((await harness.store.list(harness.prefix, { revision: first.revision })).records)).toEqual(['a=1']);
      expect((await harness.watch(from).take(4)).map(revisionOf)).toEqual(
        [first, second, gone].map((record) => record.revision).concat(deleted),
      );
      expect((await harness.put('a', '3', second.revision)).revision).toBe(deleted + 1);
    });
  });
}
