import type { Revision } from '../store';
import { RevisionInFuture } from '../store-errors';
import type { CommitQueue } from './commit-queue';
import { counterRow, readCounter } from './counters';
import { decodeChange, decodeInteger, encodeInteger, encodeVersion, type Change } from './row-codec';
import type { Tables } from './tables';
import type { WriteTransaction } from './write-transaction';

/** So many changes are forgotten in one commit; writes go on between two. */
const MAX_PER_COMMIT = 1_000;

/**
 * Forgets what stood before `revision` only. The mark moves first, so readers are refused from then on; then the rows go, part by
 * part. If the process dies meanwhile, the next compaction goes on from where this one stopped.
 * @throws RevisionInFuture if the store has not reached `revision`
 */
export async function compact(tables: Tables, queue: CommitQueue, revision: Revision): Promise<void> {
  await queue.run((transaction) => mark(tables, transaction, revision));
  while (readCounter(tables, 'swept') < readCounter(tables, 'compacted')) await queue.run((transaction) => sweep(tables, transaction));
}

function mark(tables: Tables, transaction: WriteTransaction, revision: Revision): void {
  if (revision > transaction.revision) throw new RevisionInFuture(revision, transaction.revision);
  if (revision > readCounter(tables, 'compacted')) transaction.write(counterRow('compacted', revision));
}

function sweep(tables: Tables, transaction: WriteTransaction): void {
  const from = readCounter(tables, 'swept');
  const until = Math.min(from + MAX_PER_COMMIT, readCounter(tables, 'compacted'));
  for (const { key, value } of tables.range('records', { start: encodeInteger(from + 1), end: encodeInteger(until + 1) }))
    forget(transaction, decodeChange(decodeInteger(key), value));
  transaction.write(counterRow('swept', until));
}

/** A change before the mark takes away what it superseded; what it wrote stays until it is superseded itself. */
function forget(transaction: WriteTransaction, change: Change): void {
  if (change.type === 'delete') transaction.write({ table: 'records', key: encodeInteger(change.revision) });
  if (change.previous === 0) return;
  transaction.write({ table: 'records', key: encodeInteger(change.previous) });
  transaction.write({ table: 'superseded', key: encodeVersion(change.key, change.previous) });
}
