import type { Clock } from '@keelson/apimachinery';
import type { CommitQueue } from './commit-queue';
import { decodeExpiration, encodeInteger } from './row-codec';
import type { Tables } from './tables';
import type { WriteTransaction } from './write-transaction';

/** So many records expire in one commit at most. */
const MAX_PER_COMMIT = 500;

/** How long to wait before trying again what failed. */
const RETRY_MILLISECONDS = 1_000;

/** Timers can't wait for longer than 2^31 ms; nothing is lost by looking sooner. */
const MAX_WAIT_MILLISECONDS = 3_600_000;

const ALL = { start: Buffer.alloc(0), end: undefined };

/** Deletes records whose time has come. A record written again meanwhile has another revision and stays. */
export class Expirations {
  readonly #tables: Tables;
  readonly #queue: CommitQueue;
  readonly #clock: Clock;
  /** When the timer fires; Infinity while there is none. Invariant: no later than the earliest row, unless a run is under way. */
  #due = Infinity;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(deps: { tables: Tables; queue: CommitQueue; clock: Clock }) {
    this.#tables = deps.tables;
    this.#queue = deps.queue;
    this.#clock = deps.clock;
  }

  /** Waits for the earliest record that can expire. */
  start(): void {
    this.arm(this.#earliest());
  }

  /** Makes sure of a look at `due` (milliseconds since the epoch). */
  arm(due: number): void {
    if (this.#closed || due >= this.#due) return;
    this.#cancel?.();
    this.#due = due;
    const wait = Math.min(Math.max(due - this.#clock.now(), 0), MAX_WAIT_MILLISECONDS);
    this.#cancel = this.#clock.setTimeout(() => void this.#run(), wait);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #run(): Promise<void> {
    this.#due = Infinity;
    try {
      while (!this.#closed && this.#earliest() <= this.#clock.now()) await this.#queue.run((transaction) => this.#expire(transaction));
    } catch {
      // The queue keeps the reason for `Store.check`; the records are as due as before.
      this.arm(this.#clock.now() + RETRY_MILLISECONDS);
      return;
    }
    if (!this.#closed) this.start();
  }

  #earliest(): number {
    for (const { key } of this.#tables.range('expirations', ALL, 1)) return decodeExpiration(key).due;
    return Infinity;
  }

  #expire(transaction: WriteTransaction): void {
    const due = { start: ALL.start, end: encodeInteger(this.#clock.now() + 1) };
    for (const row of this.#tables.range('expirations', due, MAX_PER_COMMIT)) {
      transaction.delete(row.value.toString(), decodeExpiration(row.key).revision);
      transaction.write({ table: 'expirations', key: row.key });
    }
  }
}
