import type { Revision, StoreEvent } from '../store';

/** Reads a watch event by event, for tests. */
export class EventReader {
  readonly #batches: AsyncIterator<readonly StoreEvent[]>;
  #ready: StoreEvent[] = [];

  constructor(watch: AsyncIterable<readonly StoreEvent[]>) {
    this.#batches = watch[Symbol.asyncIterator]();
  }

  /** The next change, progress left out; `undefined` at the end. */
  async next(): Promise<StoreEvent | undefined> {
    for (;;) {
      const event = await this.#nextOfAny();
      if (event?.type !== 'progress') return event;
    }
  }

  /** The next `count` changes. */
  async take(count: number): Promise<StoreEvent[]> {
    const events: StoreEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the watch ended after ${events.length} of ${count} events`);
      events.push(event);
    }
    return events;
  }

  /** Waits for a progress event of at least `revision`; changes before it are an error. */
  async progress(revision: Revision): Promise<void> {
    for (;;) {
      const event = await this.#nextOfAny();
      if (event?.type !== 'progress') throw new Error(`expected progress, got ${JSON.stringify(event)}`);
      if (event.revision >= revision) return;
    }
  }

  /** Reads to the end and counts. */
  async drain(): Promise<number> {
    for (let count = 0; ; count++) if ((await this.next()) === undefined) return count;
  }

  async #nextOfAny(): Promise<StoreEvent | undefined> {
    while (this.#ready.length === 0) {
      const batch = await this.#batches.next();
      if (batch.done === true) return undefined;
      this.#ready = [...batch.value];
    }
    return this.#ready.shift();
  }
}
