import type { Revision } from '@keelson/storage';
import type { CachedObject } from './cached-object';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Turns an event for a watcher into bytes; one for each media type and form that clients ask for. */
export interface WatchEncoder {
  /** Names the encoding; encoders of the same id make the same bytes. */
  readonly id: string;
  event(type: WatchEventType, object: CachedObject): Buffer;
  bookmark(revision: Revision, initialEventsEnd: boolean): Buffer;
  error(status: object): Buffer;
}

/**
 * One change of one object, shared by all who watch it: each form of its bytes is made once, when the first watcher needs it.
 */
export class CacheEvent {
  readonly revision: Revision;
  /** What stands now; for a deletion, the last state under the deletion's revision. */
  readonly object: CachedObject;
  readonly previous: CachedObject | undefined;
  readonly isDeletion: boolean;
  /** When it came, on the clock's monotonic time; the history forgets by it. */
  readonly at: number;
  readonly #departed: () => CachedObject;
  #frames: Map<string, Buffer> | undefined;

  /** @param change.departed makes the previous state under this revision, for watchers whose selection the object has left */
  constructor(change: {
    readonly revision: Revision;
    readonly object: CachedObject;
    readonly previous: CachedObject | undefined;
    readonly isDeletion: boolean;
    readonly at: number;
    readonly departed: () => CachedObject;
  }) {
    this.revision = change.revision;
    this.object = change.object;
    this.previous = change.previous;
    this.isDeletion = change.isDeletion;
    this.at = change.at;
    this.#departed = change.departed;
  }

  /** What this change is for someone who sees only what `matches`; undefined if it is nothing. */
  typeFor(matches: (object: CachedObject) => boolean): WatchEventType | undefined {
    const was = this.previous !== undefined && matches(this.previous);
    const is = !this.isDeletion && matches(this.object);
    if (is) return was ? 'MODIFIED' : 'ADDED';
    return was ? 'DELETED' : undefined;
  }

  /** Lets go of the bytes made so far; whoever comes later has them made again. */
  dropFrames(): void {
    this.#frames = undefined;
  }

  /** The bytes of this change as an event of `type`. */
  frame(type: WatchEventType, encoder: WatchEncoder): Buffer {
    const id = `${encoder.id} ${type}`;
    this.#frames ??= new Map();
    let bytes = this.#frames.get(id);
    if (bytes === undefined) this.#frames.set(id, (bytes = encoder.event(type, type === 'DELETED' ? this.#departed() : this.object)));
    return bytes;
  }
}
