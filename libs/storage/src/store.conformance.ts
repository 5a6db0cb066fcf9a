import type { Revision, Store, StoredRecord, StoreEvent } from './store';
import { RevisionCompacted, RevisionInFuture, StoreUnavailable } from './store-errors';
import { EventReader } from './testing/event-reader';

/** A store to test, on data of its own or shared with other tests: every test keeps to a prefix of its own. */
export interface StoreFixture {
  readonly store: Store;
  /** Whether the store answers requests for progress; a store may drop them. */
  readonly progressOnRequest: boolean;
  /** Opens the same data again, after `store.close()`. */
  reopen(): Promise<Store>;
  /** Lets time pass as far as the store's TTLs are concerned. */
  elapse(seconds: number): Promise<void>;
  /** Closes what was opened and removes what was made. */
  dispose(): Promise<void>;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const revisionOf = (event: StoreEvent): Revision => (event.type === 'put' ? event.record.revision : event.revision);

/** The contract of `Store`, sentence by sentence. */
export function storeConformance(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} as a Store`, () => {
    let fixture: StoreFixture;
    let store: Store;
    let prefix: string;
    let stop: AbortController;
    let tests = 0;

    beforeEach(async () => {
      fixture = await open();
      store = fixture.store;
      prefix = `/registry/test-${process.pid}-${++tests}/`;
      stop = new AbortController();
    });

    afterEach(async () => {
      stop.abort();
      await fixture.dispose();
    });

    const key = (suffix: string): string => prefix + suffix;
    const watch = (from: Revision, under = prefix): EventReader => new EventReader(store.watch(under, { from, signal: stop.signal }));

    async function put(suffix: string, text: string, expected: Revision = 0, ttl?: number): Promise<StoredRecord> {
      const result = await store.put(key(suffix), encode(text), { expected, ...(ttl !== undefined && { ttl }) });
      if (result.type !== 'written') throw new Error(`conflict on ${suffix}`);
      return result.record;
    }

    async function remove(suffix: string, expected: Revision): Promise<Revision> {
      const result = await store.delete(key(suffix), { expected });
      if (result.type !== 'deleted') throw new Error(`conflict on ${suffix}`);
      return result.revision;
    }

    const texts = (records: readonly StoredRecord[]): string[] =>
      records.map((record) => `${record.key.slice(prefix.length)}=${decode(record.value)}`);

    describe('put, get and delete', () => {
      it('gives back what was written, byte by byte, and nothing for a key that was not', async () => {
        const values = [Uint8Array.from(range(256)), new Uint8Array(0), new Uint8Array(1_000_000).fill(7)];
        for (const [index, value] of values.entries()) {
          const result = await store.put(key(`bytes-${index}`), value, { expected: 0 });
          expect(result.type).toBe('written');
          const record = await store.get(key(`bytes-${index}`));
          expect(Buffer.compare(record!.value, value)).toBe(0);
        }
        expect(await store.get(key('bytes'))).toBeUndefined();
      });

      it('numbers writes by one revision each, and knows the newest', async () => {
        const first = await put('a', '1');
        const second = await put('b', '1');
        const third = await put('a', '2', first.revision);
        expect([second.revision - first.revision, third.revision - second.revision]).toEqual([1, 1]);
        const deleted = await remove('b', second.revision);
        expect(deleted).toBe(third.revision + 1);
        expect(await store.currentRevision()).toBe(deleted);
      });

      it('answers a create of an existing key with the record that stands there', async () => {
        const record = await put('a', 'first');
        const result = await store.put(key('a'), encode('second'), { expected: 0 });
        expect(result.type).toBe('conflict');
        expect(texts([(result as { current: StoredRecord }).current])).toEqual(['a=first']);
        expect((await store.get(key('a')))?.revision).toBe(record.revision);
      });

      it('answers an update of an outdated revision with the record that stands there', async () => {
        const first = await put('a', 'first');
        const second = await put('a', 'second', first.revision);
        const result = await store.put(key('a'), encode('third'), { expected: first.revision });
        expect(result).toMatchObject({ type: 'conflict', current: { revision: second.revision } });
      });

      it('answers an update of a missing key with a conflict without a record', async () => {
        expect(await store.put(key('a'), encode('x'), { expected: 7 })).toEqual({ type: 'conflict', current: undefined });
      });

      it('takes no revision for a conflict', async () => {
        const record = await put('a', 'first');
        await store.put(key('a'), encode('second'), { expected: 0 });
        await store.delete(key('b'), { expected: 3 });
        expect(await store.currentRevision()).toBe(record.revision);
      });

      it('lets exactly one of many concurrent writers of one revision win and shows the others its record', async () => {
        const { revision } = await put('a', 'first');
        const results = await Promise.all(range(50).map((n) => store.put(key('a'), encode(`writer ${n}`), { expected: revision })));
        const winners = results.filter((result) => result.type === 'written');
        expect(winners).toHaveLength(1);
        const current = await store.get(key('a'));
        expect(current?.revision).toBe(revision + 1);
        for (const result of results)
          if (result.type === 'conflict') expect(decode(result.current!.value)).toBe(decode(winners[0]!.record.value));
      });

      it('lets exactly one of many concurrent creators win', async () => {
        const results = await Promise.all(range(50).map((n) => store.put(key('a'), encode(`creator ${n}`), { expected: 0 })));
        expect(results.filter((result) => result.type === 'written')).toHaveLength(1);
      });

      it('lets exactly one of a concurrent update and a concurrent delete win', async () => {
        const { revision } = await put('a', 'first');
        const results = await Promise.all([
          store.delete(key('a'), { expected: revision }),
          store.put(key('a'), encode('second'), { expected: revision }),
        ]);
        expect(results.filter((result) => result.type === 'conflict')).toHaveLength(1);
      });

      it('loses none of many concurrent writes to different keys', async () => {
        const results = await Promise.all(range(200).map((n) => put(`k-${n}`, `${n}`)));
        expect(new Set(results.map((record) => record.revision)).size).toBe(200);
        expect((await store.list(prefix)).records).toHaveLength(200);
      });

      it('deletes and says what it deleted and at which revision', async () => {
        const record = await put('a', 'gone');
        const result = await store.delete(key('a'), { expected: record.revision });
        expect(result).toMatchObject({
          type: 'deleted',
          revision: record.revision + 1,
          previous: { key: key('a'), revision: record.revision },
        });
        expect(await store.get(key('a'))).toBeUndefined();
      });

      it('does not delete another revision than the expected', async () => {
        const first = await put('a', 'first');
        const second = await put('a', 'second', first.revision);
        const result = await store.delete(key('a'), { expected: first.revision });
        expect(result).toMatchObject({ type: 'conflict', current: { revision: second.revision } });
        expect(await store.get(key('a'))).toBeDefined();
      });

      it('answers a delete of a missing key with a conflict without a record', async () => {
        expect(await store.delete(key('a'), { expected: 3 })).toEqual({ type: 'conflict', current: undefined });
        expect(await store.delete(key('a'), { expected: 0 })).toEqual({ type: 'conflict', current: undefined });
      });

      it('lets a deleted key be created again', async () => {
        const first = await put('a', 'first');
        await remove('a', first.revision);
        const again = await put('a', 'again');
        expect(again.revision).toBe(first.revision + 2);
        expect(decode((await store.get(key('a')))!.value)).toBe('again');
      });
    });

    describe('list', () => {
      it('gives the keys under a prefix, none beside it', async () => {
        for (const suffix of ['a', 'a/x', 'a/y', 'ab', 'a0', 'a.', 'b']) await put(suffix, suffix);
        expect((await store.list(key('a/'))).records.map((record) => record.key)).toEqual([key('a/x'), key('a/y')]);
        expect((await store.list(key('a'))).records.map((record) => record.key)).toEqual(['a', 'a.', 'a/x', 'a/y', 'a0', 'ab'].map(key));
        expect((await store.list(key('c'))).records).toEqual([]);
      });

      it('sorts by the bytes of the keys', async () => {
        const suffixes = ['z', 'Z', 'a-b', 'a/b', 'ä', '\u{1F600}', '\uFF5E', '0'];
        for (const suffix of suffixes) await put(suffix, '');
        const sorted = suffixes.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect((await store.list(prefix)).records.map((record) => record.key)).toEqual(sorted.map(key));
      });

      it('counts without records if the limit is 0', async () => {
        for (const suffix of ['a', 'b', 'c']) await put(suffix, '');
        expect(await store.list(prefix, { limit: 0 })).toEqual({ records: [], revision: await store.currentRevision(), remaining: 3 });
      });

      it('is of the newest revision, also where nothing lies under the prefix', async () => {
        const { revision } = await put('a', '');
        expect(await store.list(key('none/'))).toEqual({ records: [], revision, remaining: 0 });
      });

      it('gives every page as it was at the first one while writes go on', async () => {
        const records = await Promise.all(range(25).map((n) => put(`k-${String(n).padStart(2, '0')}`, 'old')));
        const first = await store.list(prefix, { limit: 10 });
        const pages = [first];
        for (let page = first; page.remaining > 0; pages.push(page)) {
          const lastKey = page.records.at(-1)!.key;
          await Promise.all(
            records.filter((_, n) => n % 3 === 0).map((record) => store.put(record.key, encode('new'), { expected: record.revision })),
          );
          await Promise.all(records.filter((_, n) => n % 3 === 1).map((record) => store.delete(record.key, { expected: record.revision })));
          await put(`k-${10 + pages.length}-new-${pages.length}`, 'late');
          page = await store.list(prefix, { limit: 10, after: lastKey, revision: first.revision });
        }
        expect(pages.map((page) => page.records.length)).toEqual([10, 10, 5]);
        expect(pages.map((page) => page.remaining)).toEqual([15, 5, 0]);
        expect(pages.map((page) => page.revision)).toEqual([first.revision, first.revision, first.revision]);
        const read = pages.flatMap((page) => page.records);
        expect(read.map((record) => record.key)).toEqual(records.map((record) => record.key));
        expect(new Set(read.map((record) => decode(record.value)))).toEqual(new Set(['old']));
      });

      it('starts behind `after`, whether that key is there or not', async () => {
        for (const suffix of ['a', 'b', 'b/c', 'd']) await put(suffix, suffix);
        expect(texts((await store.list(prefix, { after: key('b') })).records)).toEqual(['b/c=b/c', 'd=d']);
        expect(texts((await store.list(prefix, { after: key('bb') })).records)).toEqual(['d=d']);
        expect(texts((await store.list(prefix, { after: '/' })).records)).toHaveLength(4);
        expect((await store.list(prefix, { after: key('d'), limit: 5 })).remaining).toBe(0);
        expect((await store.list(prefix, { after: `${prefix.slice(0, -1)}0` })).records).toEqual([]);
      });

      it('shows any revision of the past exactly as it was', async () => {
        const snapshots = new Map<Revision, string[]>();
        const standing = new Map<string, { text: string; revision: Revision }>();
        for (const n of range(40)) {
          const suffix = `k${(n * 7) % 6}`;
          const before = standing.get(suffix);
          if (before !== undefined && n % 3 === 0) {
            const revision = await remove(suffix, before.revision);
            standing.delete(suffix);
            snapshots.set(revision, snapshot(standing));
          } else {
            const { revision } = await put(suffix, `v${n}`, before?.revision);
            standing.set(suffix, { text: `v${n}`, revision });
            snapshots.set(revision, snapshot(standing));
          }
        }
        for (const [revision, expected] of snapshots) {
          const list = await store.list(prefix, { revision });
          expect([revision, texts(list.records)]).toEqual([revision, expected]);
          expect(list.revision).toBe(revision);
        }
      });

      it('refuses a revision that does not exist yet', async () => {
        const newest = await store.currentRevision();
        await expect(store.list(prefix, { revision: newest + 10 })).rejects.toThrow(RevisionInFuture);
      });

      it('sees every acknowledged write', async () => {
        await Promise.all(
          range(30).map(async (n) => {
            const { revision } = await put(`k-${n}`, '');
            const [list, newest] = await Promise.all([store.list(prefix), store.currentRevision()]);
            expect(list.records.some((record) => record.key === key(`k-${n}`))).toBe(true);
            expect(list.revision).toBeGreaterThanOrEqual(revision);
            expect(newest).toBeGreaterThanOrEqual(revision);
          }),
        );
      });
    });

    describe('watch', () => {
      it('delivers a change made between the list and the watch', async () => {
        const { revision } = await store.list(prefix, { limit: 0 });
        const record = await put('a', 'late');
        expect(await watch(revision).next()).toMatchObject({ type: 'put', record: { key: key('a'), revision: record.revision } });
      });

      it('delivers what changes later, in order, each with the record before', async () => {
        const reader = watch(await store.currentRevision());
        const first = await put('a', 'one');
        const second = await put('a', 'two', first.revision);
        const deleted = await remove('a', second.revision);
        const again = await put('a', 'three');
        const [one, two, three, four] = await reader.take(4);
        expect(one).toMatchObject({ type: 'put', record: { revision: first.revision } });
        expect(one).not.toHaveProperty('previous');
        expect(two).toMatchObject({ type: 'put', record: { revision: second.revision }, previous: { revision: first.revision } });
        expect(three).toMatchObject({ type: 'delete', key: key('a'), revision: deleted, previous: { revision: second.revision } });
        expect(decode((three as { previous: StoredRecord }).previous.value)).toBe('two');
        expect(four).toMatchObject({ type: 'put', record: { revision: again.revision } });
        expect(four).not.toHaveProperty('previous');
      });

      it('delivers the past from any revision on, with the records before, as it did when it was the present', async () => {
        const from = await store.currentRevision();
        const live = watch(from);
        let record = await put('a', '0');
        for (const n of range(5)) record = await put('a', `${n + 1}`, record.revision);
        await remove('a', record.revision);
        const events = await live.take(7);
        for (const skip of range(7)) expect(await watch(from + skip).take(7 - skip)).toEqual(events.slice(skip));
      });

      it('keeps to its prefix', async () => {
        const from = await store.currentRevision();
        await put('ab', '');
        await put('a/x', '');
        await put('b', '');
        await put('a/y', '');
        const events = await watch(from, key('a/')).take(2);
        expect(events.map((event) => (event as { record: StoredRecord }).record.key)).toEqual([key('a/x'), key('a/y')]);
      });

      it('delivers each of many concurrent writes once and in order, from the past into the present', async () => {
        const from = await store.currentRevision();
        const writes = Promise.all(range(300).map((n) => put(`k-${n}`, `${n}`)));
        const early = watch(from);
        await put('middle', '');
        const late = watch(from);
        await writes;
        const revisions = range(301).map((n) => from + 1 + n);
        expect((await early.take(301)).map(revisionOf)).toEqual(revisions);
        expect((await late.take(301)).map(revisionOf)).toEqual(revisions);
      });

      it('delivers batches that are never empty and never split a revision', async () => {
        const from = await store.currentRevision();
        const writes = Promise.all(range(100).map((n) => put(`k-${n}`, `${n}`)));
        let newest = from;
        for await (const batch of store.watch(prefix, { from, signal: stop.signal })) {
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
        const from = await store.currentRevision();
        const readers = range(50).map(() => watch(from));
        const reading = readers.map((reader) => reader.take(20));
        await Promise.all(range(20).map((n) => put(`k-${n}`, `${n}`)));
        const [first, ...others] = await Promise.all(reading);
        for (const other of others) expect(other).toEqual(first);
      });

      it('ends without error when it is aborted while it waits, before it starts, and between events', async () => {
        const from = await store.currentRevision();
        const waiting = watch(from);
        const end = waiting.next();
        const between = watch(from);
        const started = between.next();
        await put('a', '');
        await started;
        await put('b', '');
        expect(await end).toBeDefined();
        const idle = watch(await store.currentRevision());
        const idleEnd = idle.next();
        stop.abort();
        expect(await idleEnd).toBeUndefined();
        expect(await between.drain()).toBeLessThanOrEqual(1);
        expect(await watch(from).next()).toBeUndefined();
      });

      it('goes on while others are aborted or left by their consumers', async () => {
        const from = await store.currentRevision();
        const other = new AbortController();
        const aborted = new EventReader(store.watch(prefix, { from, signal: other.signal }));
        const kept = watch(from);
        await put('a', '');
        await Promise.all([aborted.next(), kept.next()]);
        for await (const batch of store.watch(prefix, { from, signal: stop.signal })) {
          expect(batch).toHaveLength(1);
          break;
        }
        other.abort();
        await put('b', '');
        expect(await kept.next()).toMatchObject({ type: 'put', record: { key: key('b') } });
        expect(await aborted.next()).toBeUndefined();
      });

      it('answers a request for progress behind everything that was written before, or drops it', async () => {
        if (!fixture.progressOnRequest) return store.requestProgress();
        const from = await store.currentRevision();
        const busy = watch(from);
        const quiet = watch(from, key('none/'));
        await put('a', '');
        expect(await busy.next()).toMatchObject({ type: 'put' });
        const newest = await store.currentRevision();
        const progress = Promise.all([busy.progress(newest), quiet.progress(newest)]);
        await requestUntil(progress, () => store.requestProgress());
        const { revision } = await put('b', '');
        expect(await busy.next()).toMatchObject({ type: 'put', record: { revision } });
      });
    });

    describe('compact', () => {
      it('refuses lists and watches of what came before, and only of that', async () => {
        const records = [await put('a', '0')];
        for (const n of range(5)) records.push(await put('a', `${n + 1}`, records.at(-1)!.revision));
        const kept = records[3]!.revision;
        await store.compact(kept);
        await expect(store.list(prefix, { revision: kept - 1 })).rejects.toThrow(RevisionCompacted);
        await expect(watch(records[0]!.revision).next()).rejects.toThrow(RevisionCompacted);
        expect(texts((await store.list(prefix, { revision: kept })).records)).toEqual(['a=3']);
        const events = await watch(kept).take(2);
        expect(events).toMatchObject([
          { record: { revision: kept + 1 }, previous: { revision: kept } },
          { record: { revision: kept + 2 } },
        ]);
      });

      it('says which revision is the oldest', async () => {
        const first = await put('a', '0');
        const second = await put('a', '1', first.revision);
        await put('a', '2', second.revision);
        await store.compact(second.revision);
        await expect(store.list(prefix, { revision: first.revision })).rejects.toMatchObject({ oldest: second.revision });
        await expect(watch(first.revision - 1).next()).rejects.toMatchObject({ oldest: second.revision });
      });

      it('keeps every record that stands, however old, and forgets the deleted', async () => {
        const old = await put('old', 'stands');
        const gone = await put('gone', 'x');
        await remove('gone', gone.revision);
        const newest = await put('new', 'stands');
        await store.compact(newest.revision);
        expect(texts((await store.list(prefix)).records)).toEqual(['new=stands', 'old=stands']);
        expect((await store.get(key('old')))?.revision).toBe(old.revision);
        await put('old', 'changed', old.revision);
        expect(await watch(newest.revision).next()).toMatchObject({ type: 'put', previous: { revision: old.revision } });
      });

      it('keeps lists of the past right after several compactions', async () => {
        const first = await put('a', 'a1');
        const second = await put('b', 'b1');
        const third = await put('a', 'a2', first.revision);
        await store.compact(second.revision);
        const fourth = await remove('b', second.revision);
        await put('b', 'b2');
        await store.compact(third.revision);
        expect(texts((await store.list(prefix, { revision: third.revision })).records)).toEqual(['a=a2', 'b=b1']);
        expect(texts((await store.list(prefix, { revision: fourth })).records)).toEqual(['a=a2']);
        await store.compact(fourth);
        expect(texts((await store.list(prefix, { revision: fourth })).records)).toEqual(['a=a2']);
        expect(texts((await store.list(prefix)).records)).toEqual(['a=a2', 'b=b2']);
      });

      it('does nothing the second time, and refuses a revision that does not exist yet', async () => {
        const { revision } = await put('a', '');
        await store.compact(revision);
        await expect(store.compact(revision)).resolves.toBeUndefined();
        await expect(store.compact(revision - 1)).resolves.toBeUndefined();
        await expect(store.compact(revision + 10)).rejects.toThrow(RevisionInFuture);
      });

      it('does not disturb a watch of the present', async () => {
        const first = await put('a', '0');
        const reader = watch(first.revision);
        const second = await put('a', '1', first.revision);
        expect(await reader.next()).toMatchObject({ record: { revision: second.revision } });
        await store.compact(second.revision);
        const third = await put('a', '2', second.revision);
        expect(await reader.next()).toMatchObject({ record: { revision: third.revision }, previous: { revision: second.revision } });
      });
    });

    describe('time to live', () => {
      it('deletes a record when its time is over, as any delete', async () => {
        const record = await put('event', 'short', 0, 1);
        const reader = watch(record.revision);
        await fixture.elapse(1);
        expect(await reader.next()).toMatchObject({ type: 'delete', key: key('event'), previous: { revision: record.revision } });
        expect(await store.get(key('event'))).toBeUndefined();
      }, 20_000);

      it('leaves a record alone that has been written again without one, or with a longer one', async () => {
        const first = await put('kept', 'short', 0, 1);
        const longer = await put('longer', 'short', 0, 1);
        const mark = await put('mark', 'short', 0, 2);
        await put('kept', 'for good', first.revision);
        await put('longer', 'long', longer.revision, 1_000);
        const reader = watch(await store.currentRevision());
        await fixture.elapse(2);
        expect(await reader.next()).toMatchObject({ type: 'delete', key: key('mark'), previous: { revision: mark.revision } });
        expect(texts((await store.list(prefix)).records)).toEqual(['kept=for good', 'longer=long']);
      }, 20_000);
    });

    describe('close', () => {
      it('ends watches, makes every method reject with StoreUnavailable, and may be repeated', async () => {
        const reader = watch(await store.currentRevision());
        const end = reader.next();
        await store.check();
        await store.close();
        await store.close();
        expect(await end).toBeUndefined();
        await expect(store.get(key('a'))).rejects.toThrow(StoreUnavailable);
        await expect(store.list(prefix)).rejects.toThrow(StoreUnavailable);
        await expect(store.put(key('a'), encode(''), { expected: 0 })).rejects.toThrow(StoreUnavailable);
        await expect(store.delete(key('a'), { expected: 1 })).rejects.toThrow(StoreUnavailable);
        await expect(store.currentRevision()).rejects.toThrow(StoreUnavailable);
        await expect(store.compact(1)).rejects.toThrow(StoreUnavailable);
        await expect(store.check()).rejects.toThrow(StoreUnavailable);
        await expect(watch(0).next()).rejects.toThrow(StoreUnavailable);
        expect(() => store.requestProgress()).not.toThrow();
      });

      it('waits for the writes under way, which are there afterwards', async () => {
        const writes = Promise.all(range(20).map((n) => put(`k-${n}`, '')));
        await store.close();
        await writes;
        store = await fixture.reopen();
        expect((await store.list(prefix, { limit: 0 })).remaining).toBe(20);
      });

      it('loses nothing: records, revisions and history are there after it is opened again', async () => {
        const from = await store.currentRevision();
        const first = await put('a', '1');
        const second = await put('a', '2', first.revision);
        const gone = await put('gone', '');
        const deleted = await remove('gone', gone.revision);
        await store.close();
        store = await fixture.reopen();
        expect(await store.currentRevision()).toBe(deleted);
        expect(texts((await store.list(prefix)).records)).toEqual(['a=2']);
        expect(texts((await store.list(prefix, { revision: first.revision })).records)).toEqual(['a=1']);
        expect((await watch(from).take(4)).map(revisionOf)).toEqual([first, second, gone].map((record) => record.revision).concat(deleted));
        expect((await put('a', '3', second.revision)).revision).toBe(deleted + 1);
      });
    });
  });
}

const snapshot = (standing: ReadonlyMap<string, { text: string }>): string[] =>
  [...standing].map(([suffix, { text }]) => `${suffix}=${text}`).sort();

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
