import type { Revision } from '../store';
import { decodeInteger, encodeInteger } from './row-codec';
import type { RowWrite, Tables } from './tables';

/**
 * - `revision`: the newest.
 * - `compacted`: the oldest that can still be asked for.
 * - `swept`: up to where compaction has removed what it may; behind `compacted` while a compaction is under way.
 */
export type Counter = 'revision' | 'compacted' | 'swept';

export function readCounter(tables: Tables, counter: Counter): Revision {
  const bytes = tables.get('counters', Buffer.from(counter));
  return bytes === undefined ? 0 : decodeInteger(bytes);
}

export const counterRow = (counter: Counter, value: Revision): RowWrite => ({
  table: 'counters',
  key: Buffer.from(counter),
  value: encodeInteger(value),
});
