import type { Revision, StoreEvent } from '../store';
import { StoreUnavailable } from '../store-errors';
import { counterRow, readCounter } from './counters';
import type { Tables } from './tables';
import { WriteTransaction } from './write-transaction';

/** So many writes share one commit at most, which bounds how long the event loop is busy with one. */
const MAX_BATCH = 1024;

interface Job {
  /** Computes the write; throws only before it has written anything. */
  readonly write: (transaction: WriteTransaction) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export type Publish = (events: readonly StoreEvent[], revision: Revision) => void;

/**
 * Group commit: writes that arrive while one commit is being made durable share the next.
 * A write resolves after its commit is on disk and its event has been published, and after whoever waited for that event has run.
 */
export class CommitQueue {
  readonly #tables: Tables;
  readonly #publish: Publish;
  #waiting: Job[] = [];
  /** The newest published revision. Invariant: while no commit is under way, the newest of the tables. */
  #revision: Revision;
  /** Ends when nothing waits any more. Invariant: at most one runs, so one commit is computed only after the one before has ended. */
  #running: Promise<void> | undefined;
  #failure: StoreUnavailable | undefined;
  #closed = false;

  constructor(tables: Tables, publish: Publish) {
    this.#tables = tables;
    this.#publish = publish;
    this.#revision = readCounter(tables, 'revision');
  }

  get revision(): Revision {
    return this.#revision;
  }

  /** Why the last commit failed, if it did. */
  get failure(): StoreUnavailable | undefined {
    return this.#failure;
  }

  /** @throws StoreUnavailable if the commit fails */
  run<Result>(write: (transaction: WriteTransaction) => Result): Promise<Result> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('the store is closed'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ write, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Commits something without effect: resolves if the store can write. */
  probe(): Promise<void> {
    return this.run((transaction) => transaction.write(counterRow('revision', transaction.revision)));
  }

  /** Refuses further writes and waits for those under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    await turn();
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MAX_BATCH));
    this.#running = undefined;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    const transaction = new WriteTransaction(this.#tables, this.#revision);
    const settle = jobs.map((job) => compute(job, transaction));
    const failure = await this.#write(transaction);
    await turn();
    settle.forEach((end) => end(failure));
  }

  async #write(transaction: WriteTransaction): Promise<StoreUnavailable | undefined> {
    const { rows } = transaction;
    if (rows.length === 0) return undefined;
    try {
      await this.#tables.commit(rows);
      this.#failure = undefined;
    } catch (cause) {
      this.#failure = new StoreUnavailable(`the store could not write to its folder: ${messageOf(cause)}`, { cause });
    }
    // A commit that failed late may still be there for readers; then watchers must hear of it too.
    if (this.#failure === undefined || readCounter(this.#tables, 'revision') === transaction.revision) this.#take(transaction);
    return this.#failure;
  }

  #take({ events, revision }: WriteTransaction): void {
    this.#revision = revision;
    if (events.length > 0) this.#publish(events, revision);
  }
}

type Settle = (failure: StoreUnavailable | undefined) => void;

function compute(job: Job, transaction: WriteTransaction): Settle {
  try {
    const result = job.write(transaction);
    return (failure) => (failure === undefined ? job.resolve(result) : job.reject(failure));
  } catch (error) {
    return () => job.reject(error);
  }
}

/** Lets everything run that is ready: writers of this turn come in, watchers that have been woken do their work. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
