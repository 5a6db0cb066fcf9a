import type { Revision } from '../store';
import { RevisionInFuture } from '../store-errors';
import { decode, encode, range, type StoreHarness } from './store-harness';

/** Lists, whole and by pages, of now and of the past. */
export function listConformance(harness: StoreHarness): void {
  describe('list', () => {
    it('gives the keys under a harness.prefix, none beside it', async () => {
      for (const suffix of ['a', 'a/x', 'a/y', 'ab', 'a0', 'a.', 'b']) await harness.put(suffix, suffix);
      expect((await harness.store.list(harness.key('a/'))).records.map((record) => record.key)).toEqual([
        harness.key('a/x'),
        harness.key('a/y'),
      ]);
      expect((await harness.store.list(harness.key('a'))).records.map((record) => record.key)).toEqual(
        ['a', 'a.', 'a/x', 'a/y', 'a0', 'ab'].map((suffix) => harness.key(suffix)),
      );
      expect((await harness.store.list(harness.key('c'))).records).toEqual([]);
    });

    it('sorts by the bytes of the keys', async () => {
      const suffixes = ['z', 'Z', 'a-b', 'a/b', 'ä', '\u{1F600}', '\uFF5E', '0'];
      for (const suffix of suffixes) await harness.put(suffix, '');
      const sorted = suffixes.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect((await harness.store.list(harness.prefix)).records.map((record) => record.key)).toEqual(
        sorted.map((suffix) => harness.key(suffix)),
      );
    });

    it('counts without records if the limit is 0', async () => {
      for (const suffix of ['a', 'b', 'c']) await harness.put(suffix, '');
      expect(await harness.store.list(harness.prefix, { limit: 0 })).toEqual({
        records: [],
        revision: await harness.store.currentRevision(),
        remaining: 3,
      });
    });

    it('is of the newest revision, also where nothing lies under the harness.prefix', async () => {
      const { revision } = await harness.put('a', '');
      expect(await harness.store.list(harness.key('none/'))).toEqual({ records: [], revision, remaining: 0 });
    });

    it('gives every page as it was at the first one while writes go on', async () => {
      const records = await Promise.all(range(25).map((n) => harness.put(`k-${String(n).padStart(2, '0')}`, 'old')));
      const first = await harness.store.list(harness.prefix, { limit: 10 });
      const pages = [first];
      for (let page = first; page.remaining > 0; pages.push(page)) {
        const lastKey = page.records.at(-1)!.key;
        await Promise.all(
          records
            .filter((_, n) => n % 3 === 0)
            .map((record) => harness.store.put(record.key, encode('new'), { expected: record.revision })),
        );
        await Promise.all(
          records.filter((_, n) => n % 3 === 1).map((record) => harness.store.delete(record.key, { expected: record.revision })),
        );
        await harness.put(`k-${10 + pages.length}-new-${pages.length}`, 'late');
        page = await harness.store.list(harness.prefix, { limit: 10, after: lastKey, revision: first.revision });
      }
      expect(pages.map((page) => page.records.length)).toEqual([10, 10, 5]);
      expect(pages.map((page) => page.remaining)).toEqual([15, 5, 0]);
      expect(pages.map((page) => page.revision)).toEqual([first.revision, first.revision, first.revision]);
      const read = pages.flatMap((page) => page.records);
      expect(read.map((record) => record.key)).toEqual(records.map((record) => record.key));
      expect(new Set(read.map((record) => decode(record.value)))).toEqual(new Set(['old']));
    });

    it('starts behind `after`, whether that key is there or not', async () => {
      for (const suffix of ['a', 'b', 'b/c', 'd']) await harness.put(suffix, suffix);
      expect(harness.texts((await harness.store.list(harness.prefix, { after: harness.key('b') })).records)).toEqual(['b/c=b/c', 'd=d']);
      expect(harness.texts((await harness.store.list(harness.prefix, { after: harness.key('bb') })).records)).toEqual(['d=d']);
      expect(harness.texts((await harness.store.list(harness.prefix, { after: '/' })).records)).toHaveLength(4);
      expect((await harness.store.list(harness.prefix, { after: harness.key('d'), limit: 5 })).remaining).toBe(0);
      expect((await harness.store.list(harness.prefix, { after: `${harness.prefix.slice(0, -1)}0` })).records).toEqual([]);
    });

    it('shows any revision of the past exactly as it was', async () => {
      const snapshots = new Map<Revision, string[]>();
      const standing = new Map<string, { text: string; revision: Revision }>();
      for (const n of range(40)) {
        const suffix = `k${(n * 7) % 6}`;
        const before = standing.get(suffix);
        if (before !== undefined && n % 3 === 0) {
          const revision = await harness.remove(suffix, before.revision);
          standing.delete(suffix);
          snapshots.set(revision, snapshot(standing));
        } else {
          const { revision } = await harness.put(suffix, `v${n}`, before?.revision);
          standing.set(suffix, { text: `v${n}`, revision });
          snapshots.set(revision, snapshot(standing));
        }
      }
      for (const [revision, expected] of snapshots) {
        const list = await harness.store.list(harness.prefix, { revision });
        expect([revision, harness.texts(list.records)]).toEqual([revision, expected]);
        expect(list.revision).toBe(revision);
      }
    });

    it('refuses a revision that does not exist yet', async () => {
      const newest = await harness.store.currentRevision();
      await expect(harness.store.list(harness.prefix, { revision: newest + 10 })).rejects.toThrow(RevisionInFuture);
    });

    it('sees every acknowledged write', async () => {
      await Promise.all(
        range(30).map(async (n) => {
          const { revision } = await harness.put(`k-${n}`, '');
          const [list, newest] = await Promise.all([harness.store.list(harness.prefix), harness.store.currentRevision()]);
          expect(list.records.some((record) => record.key === harness.key(`k-${n}`))).toBe(true);
          expect(list.revision).toBeGreaterThanOrEqual(revision);
          expect(newest).toBeGreaterThanOrEqual(revision);
        }),
      );
    });
  });
}

const snapshot = (standing: ReadonlyMap<string, { text: string }>): string[] =>
  [...standing].map(([suffix, { text }]) => `${suffix}=${text}`).sort();
