import type { Revision, Store, StoredRecord, StoreEvent } from '../store';
import { EventReader } from '../testing/event-reader';

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

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
export const revisionOf = (event: StoreEvent): Revision => (event.type === 'put' ? event.record.revision : event.revision);

/** The store of the test under way, and what tests do with it. */
export class StoreHarness {
  readonly #open: () => Promise<StoreFixture>;
  #fixture: StoreFixture | undefined;
  /** The fixture's own, or what has been opened in its place. */
  #store: Store | undefined;
  #stop = new AbortController();
  #tests = 0;

  constructor(open: () => Promise<StoreFixture>) {
    this.#open = open;
  }

  /** Before each test. */
  async setUp(): Promise<void> {
    this.#fixture = await this.#open();
    this.#store = this.#fixture.store;
    this.#tests += 1;
    this.#stop = new AbortController();
  }

  /** After each test. */
  async tearDown(): Promise<void> {
    this.#stop.abort();
    await this.#fixture?.dispose();
  }

  get fixture(): StoreFixture {
    if (this.#fixture === undefined) throw new Error('a store is open only while tests run');
    return this.#fixture;
  }

  get store(): Store {
    return this.#store ?? this.fixture.store;
  }

  /** Takes another store on the same data, after the first was closed. */
  async reopen(): Promise<void> {
    this.#store = await this.fixture.reopen();
  }

  /** Of the test's own keys. */
  get prefix(): string {
    return `/registry/test-${process.pid}-${this.#tests}/`;
  }

  /** Ends the test's watches. */
  get stop(): AbortController {
    return this.#stop;
  }

  key(suffix: string): string {
    return this.prefix + suffix;
  }

  watch(from: Revision, under = this.prefix): EventReader {
    return new EventReader(this.store.watch(under, { from, signal: this.#stop.signal }));
  }

  async put(suffix: string, text: string, expected: Revision = 0, ttl?: number): Promise<StoredRecord> {
    const result = await this.store.put(this.key(suffix), encode(text), { expected, ...(ttl !== undefined && { ttl }) });
    if (result.type !== 'written') throw new Error(`conflict on ${suffix}`);
    return result.record;
  }

  async remove(suffix: string, expected: Revision): Promise<Revision> {
    const result = await this.store.delete(this.key(suffix), { expected });
    if (result.type !== 'deleted') throw new Error(`conflict on ${suffix}`);
    return result.revision;
  }

  /** `suffix=text` of each record. */
  texts(records: readonly StoredRecord[]): string[] {
    return records.map((record) => `${record.key.slice(this.prefix.length)}=${decode(record.value)}`);
  }
}
