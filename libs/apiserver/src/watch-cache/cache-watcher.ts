import type { Revision } from '@keelson/storage';
import type { ByteSink } from '../http/api-request';
import type { CacheEvent, WatchEncoder } from './cache-event';
import type { CachedObject } from './cached-object';
import type { Watcher, WatchScope } from './watcher-index';

/** A client that is this far behind is cut off: it lists anew, which costs less than keeping everything for it. */
const MOST_PENDING_BYTES = 16 * 1024 * 1024;

export interface CacheWatcherOptions {
  readonly scope: WatchScope;
  readonly matches: (object: CachedObject) => boolean;
  readonly encoder: WatchEncoder;
  readonly sink: ByteSink;
  /** Events at or before this are known to the client. */
  readonly from: Revision;
}

/**
 * One watch request: turns changes into frames and writes them. All that comes due in one turn of the event loop leaves in one write.
 * Invariant: frames leave in the order of revisions; a flush is scheduled exactly while something is pending and the watcher is not held.
 */
export class CacheWatcher implements Watcher {
  readonly scope: WatchScope;
  readonly #options: CacheWatcherOptions;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #flush: NodeJS.Immediate | undefined;
  /** While the state before the first change is still being sent. */
  #held = true;
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

  /** Tells the client that it has seen everything up to `revision`. */
  bookmark(revision: Revision): void {
    this.#seen = Math.max(this.#seen, revision);
    this.push(this.#options.encoder.bookmark(this.#seen, false));
  }

  push(frame: Buffer): void {
    this.#pending.push(frame);
    this.#pendingBytes += frame.length;
    if (this.#pendingBytes + this.#options.sink.pendingBytes > MOST_PENDING_BYTES) {
      this.close();
      this.#overflow();
    } else if (!this.#held) this.#flush ??= setImmediate(() => this.#write());
  }

  /** Lets changes leave, from here on; until then they wait. */
  release(): void {
    this.#held = false;
    this.#write();
  }

  /** Drops what has not left. */
  close(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    this.#pending = [];
  }

  /** Writes what is pending now, such as before the stream ends. */
  flush(): void {
    if (this.#flush !== undefined) this.#write();
  }

  #write(): void {
    const frames = this.#pending;
    clearImmediate(this.#flush);
    this.#flush = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
    const [first] = frames;
    if (first !== undefined) this.#options.sink.write(frames.length === 1 ? first : Buffer.concat(frames));
  }
}

class SlowWatcher extends Error {
  readonly code = 'slow-watcher';

  constructor() {
    super('the client of a watch reads too slowly and is cut off');
  }
}
