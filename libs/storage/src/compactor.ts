import type { Clock } from '@keelson/apimachinery';
import type { Revision, Store } from './store';
import { RevisionInFuture } from './store-errors';

/** Upstream's key, in which apiservers agree on who compacts; it lies outside of any `--etcd-prefix`. */
const COMPACT_KEY = 'compact_rev_key';

/** Upstream's `--etcd-compaction-interval`. */
const DEFAULT_INTERVAL_MILLISECONDS = 5 * 60_000;

export interface CompactorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How much history is kept at least; up to twice as much is there. */
  readonly intervalMilliseconds?: number;
  /** So many of the newest revisions are kept, however old. */
  readonly keepRevisions?: number;
  /** Told when a round fails; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Compacts the store every interval to the revision that was newest an interval before, until `signal` aborts.
 *
 * Any number of apiservers may do so on one store, upstream's among them. Whoever finds `compact_rev_key` unchanged since it last
 * looked takes the round, by writing it; the others see that and wait for another interval. So one of them compacts, and if it
 * dies another takes over after two intervals at most.
 */
export function startCompactor(options: CompactorOptions): void {
  const { clock, signal, intervalMilliseconds = DEFAULT_INTERVAL_MILLISECONDS } = options;
  let round: Round = { expected: 0, revision: 0 };
  const schedule = (): void => {
    if (signal.aborted) return;
    const cancel = clock.setTimeout(() => {
      signal.removeEventListener('abort', cancel);
      void run();
    }, intervalMilliseconds);
    signal.addEventListener('abort', cancel, { once: true });
  };
  const run = async (): Promise<void> => {
    try {
      round = await compactOnce(options, round);
    } catch (error) {
      if (!signal.aborted) options.onError(error);
    }
    schedule();
  };
  schedule();
}

/** What a compactor remembers from one round to the next. */
interface Round {
  /** The revision of `compact_rev_key` as last seen. */
  readonly expected: Revision;
  /** The newest revision at that time; what the next round compacts to. */
  readonly revision: Revision;
}

async function compactOnce({ store, keepRevisions = 0 }: CompactorOptions, { expected, revision }: Round): Promise<Round> {
  const result = await store.put(COMPACT_KEY, Buffer.from(String(revision)), { expected });
  if (result.type === 'conflict') return { expected: result.current?.revision ?? 0, revision: await store.currentRevision() };
  const newest = result.record.revision;
  const target = Math.min(revision, newest - keepRevisions);
  if (target > 0) await store.compact(target).catch(ignoreForeign);
  return { expected: newest, revision: newest };
}

/** A store restored from a backup may be behind what was remembered; the next round knows better. */
function ignoreForeign(error: unknown): void {
  if (!(error instanceof RevisionInFuture)) throw error;
}
