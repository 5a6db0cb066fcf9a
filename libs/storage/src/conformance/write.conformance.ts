import type { StoredRecord } from '../store';
import { decode, encode, range, type StoreHarness } from './store-harness';

/** What a write does, and who wins a race. */
export function writeConformance(harness: StoreHarness): void {
  describe('put, get and delete', () => {
    it('gives back what was written, byte by byte, and nothing for a key that was not', async () => {
      const values = [Uint8Array.from(range(256)), new Uint8Array(0), new Uint8Array(1_000_000).fill(7)];
      for (const [index, value] of values.entries()) {
        const result = await harness.store.put(harness.key(`bytes-${index}`), value, { expected: 0 });
        expect(result.type).toBe('written');
        const record = await harness.store.get(harness.key(`bytes-${index}`));
        expect(Buffer.compare(record!.value, value)).toBe(0);
      }
      expect(await harness.store.get(harness.key('bytes'))).toBeUndefined();
    });

    it('numbers writes by one revision each, and knows the newest', async () => {
      const first = await harness.put('a', '1');
      const second = await harness.put('b', '1');
      const third = await harness.put('a', '2', first.revision);
      expect([second.revision - first.revision, third.revision - second.revision]).toEqual([1, 1]);
      const deleted = await harness.remove('b', second.revision);
      expect(deleted).toBe(third.revision + 1);
      expect(await harness.store.currentRevision()).toBe(deleted);
    });

    it('answers a create of an existing key with the record that stands there', async () => {
      const record = await harness.put('a', 'first');
      const result = await harness.store.put(harness.key('a'), encode('second'), { expected: 0 });
      expect(result.type).toBe('conflict');
      expect(harness.texts([(result as { current: StoredRecord }).current])).toEqual(['a=first']);
      expect((await harness.store.get(harness.key('a')))?.revision).toBe(record.revision);
    });

    it('answers an update of an outdated revision with the record that stands there', async () => {
      const first = await harness.put('a', 'first');
      const second = await harness.put('a', 'second', first.revision);
      const result = await harness.store.put(harness.key('a'), encode('third'), { expected: first.revision });
      expect(result).toMatchObject({ type: 'conflict', current: { revision: second.revision } });
    });

    it('answers an update of a missing key with a conflict without a record', async () => {
      expect(await harness.store.put(harness.key('a'), encode('x'), { expected: 7 })).toEqual({ type: 'conflict', current: undefined });
    });

    it('takes no revision for a conflict', async () => {
      const record = await harness.put('a', 'first');
      await harness.store.put(harness.key('a'), encode('second'), { expected: 0 });
      await harness.store.delete(harness.key('b'), { expected: 3 });
      expect(await harness.store.currentRevision()).toBe(record.revision);
    });

    it('lets exactly one of many concurrent writers of one revision win and shows the others its record', async () => {
      const { revision } = await harness.put('a', 'first');
      const results = await Promise.all(
        range(50).map((n) => harness.store.put(harness.key('a'), encode(`writer ${n}`), { expected: revision })),
      );
      const winners = results.filter((result) => result.type === 'written');
      expect(winners).toHaveLength(1);
      const current = await harness.store.get(harness.key('a'));
      expect(current?.revision).toBe(revision + 1);
      for (const result of results)
        if (result.type === 'conflict') expect(decode(result.current!.value)).toBe(decode(winners[0]!.record.value));
    });

    it('lets exactly one of many concurrent creators win', async () => {
      const results = await Promise.all(range(50).map((n) => harness.store.put(harness.key('a'), encode(`creator ${n}`), { expected: 0 })));
      expect(results.filter((result) => result.type === 'written')).toHaveLength(1);
    });

    it('lets exactly one of a concurrent update and a concurrent delete win', async () => {
      const { revision } = await harness.put('a', 'first');
      const results = await Promise.all([
        harness.store.delete(harness.key('a'), { expected: revision }),
        harness.store.put(harness.key('a'), encode('second'), { expected: revision }),
      ]);
      expect(results.filter((result) => result.type === 'conflict')).toHaveLength(1);
    });

    it('loses none of many concurrent writes to different keys', async () => {
      const results = await Promise.all(range(200).map((n) => harness.put(`k-${n}`, `${n}`)));
      expect(new Set(results.map((record) => record.revision)).size).toBe(200);
      expect((await harness.store.list(harness.prefix)).records).toHaveLength(200);
    });

    it('deletes and says what it deleted and at which revision', async () => {
      const record = await harness.put('a', 'gone');
      const result = await harness.store.delete(harness.key('a'), { expected: record.revision });
      expect(result).toMatchObject({
        type: 'deleted',
        revision: record.revision + 1,
        previous: { key: harness.key('a'), revision: record.revision },
      });
      expect(await harness.store.get(harness.key('a'))).toBeUndefined();
    });

    it('does not delete another revision than the expected', async () => {
      const first = await harness.put('a', 'first');
      const second = await harness.put('a', 'second', first.revision);
      const result = await harness.store.delete(harness.key('a'), { expected: first.revision });
      expect(result).toMatchObject({ type: 'conflict', current: { revision: second.revision } });
      expect(await harness.store.get(harness.key('a'))).toBeDefined();
    });

    it('answers a delete of a missing key with a conflict without a record', async () => {
      expect(await harness.store.delete(harness.key('a'), { expected: 3 })).toEqual({ type: 'conflict', current: undefined });
      expect(await harness.store.delete(harness.key('a'), { expected: 0 })).toEqual({ type: 'conflict', current: undefined });
    });

    it('lets a deleted key be created again', async () => {
      const first = await harness.put('a', 'first');
      await harness.remove('a', first.revision);
      const again = await harness.put('a', 'again');
      expect(again.revision).toBe(first.revision + 2);
      expect(decode((await harness.store.get(harness.key('a')))!.value)).toBe('again');
    });
  });
}
