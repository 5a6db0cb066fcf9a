import type { Revision } from '@keelson/storage';
import type { ByteSink } from '../http/api-request';
import type { CacheEvent, WatchEncoder } from './cache-event';
import type { CachedObject } from './cached-object';
import type { Watcher, WatchScope } from './watcher-index';

/** A client that is this far behind is cut off: it lists anew, which costs less than keeping everything for it. */
const MOST_PENDING_BYTES = 16 * 1024 * 1024;
/** About so much is joined into one write. What is written is this watcher's own copy, so that a thousand that are behind hold little. */
export const WRITE_BYTES = 64 * 1024;

export interface CacheWatcherOptions {
  readonly scope: WatchScope;
  readonly matches: (object: CachedObject) => boolean;
  readonly encoder: WatchEncoder;
  readonly sink: ByteSink;
  /** Events at or before this are known to the client. */
  readonly from: Revision;
}

/**
 * One watch request: turns changes into frames and writes them. All that comes due in one turn of the event loop leaves in one write, and
 * what comes while the client is behind waits as frames, which all watchers share.
 * Invariant: frames leave in the order of revisions; a flush is scheduled exactly while something is pending that nothing else holds back.
 */
export class CacheWatcher implements Watcher {
  readonly scope: WatchScope;
  readonly #options: CacheWatcherOptions;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #flush: NodeJS.Immediate | undefined;
  /** While the state before the first change is still being sent. */
  #held = true;
  /** While the client has not taken what was written last. */
  #behind = false;
  #closed = false;
  /** The newest revision the client has been told of; for bookmarks. */
  #seen: Revision;
  readonly #overflow: () => void;
  /** Rejects when the client fell too far behind. */
  readonly overflowed: Promise<never>;

  constructor(options: CacheWatcherOptions) {
    this.scope = options.scope;
    this.#options = options;
    this.#seen = options.from;
    const { promise, reject } = Promise.withResolvers<never>();
    this.overflowed = promise;
    this.#overflow = () => reject(new SlowWatcher());
    promise.catch(() => undefined);
  }

  offer(event: CacheEvent): void {
    const { encoder, from, matches } = this.#options;
    if (event.revision <= from) return;
    this.#seen = event.revision;
    const type = event.typeFor(matches);
    if (type !== undefined) this.push(event.frame(type, encoder));
  }

  /** Tells the client that it has seen everything up to `revision`, unless it came from further ahead. */
  bookmark(revision: Revision): void {
    if (revision < this.#options.from) return;
    this.#seen = Math.max(this.#seen, revision);
    this.push(this.#options.encoder.bookmark(this.#seen, false));
  }

  push(frame: Buffer): void {
    if (this.#closed) return;
    this.#pending.push(frame);
    this.#pendingBytes += frame.length;
    if (this.#pendingBytes + this.#options.sink.pendingBytes > MOST_PENDING_BYTES) {
      this.close();
      this.#overflow();
    } else if (!this.#held && !this.#behind) this.#flush ??= setImmediate(() => this.#write());
  }

  /** Lets changes leave, from here on; until then they wait. */
  release(): void {
    this.#held = false;
    this.#write();
  }

  /** Drops what has not left. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#flush);
    this.#flush = undefined;
    this.#pending = [];
  }

  /** Hands over all that is pending, however far behind the client is, before the stream ends. */
  flush(): void {
    while (this.#pending.length > 0) this.#options.sink.write(this.#take());
  }

  /** Writes what is pending as long as the client takes it, and the rest once it has caught up. */
  #write(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const { sink } = this.#options;
    while (this.#pending.length > 0)
      if (!sink.write(this.#take())) {
        this.#behind = true;
        void sink.drained().then(() => this.#caughtUp());
        return;
      }
  }

  #caughtUp(): void {
    this.#behind = false;
    this.#write();
  }

  /** Takes from what is pending as much as goes into one write. */
  #take(): Buffer {
    let size = 0;
    let count = 0;
    for (; count < this.#pending.length && size < WRITE_BYTES; count += 1) size += this.#pending[count]?.length ?? 0;
    this.#pendingBytes -= size;
    const frames = this.#pending.splice(0, count);
    const [first] = frames;
    return first !== undefined && count === 1 ? first : Buffer.concat(frames, size);
  }
}

class SlowWatcher extends Error {
  readonly code = 'slow-watcher';

  constructor() {
    super('the client of a watch reads too slowly and is cut off');
  }
}
