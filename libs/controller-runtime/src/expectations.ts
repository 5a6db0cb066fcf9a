import type { Clock, ObjectKey } from '@keelson/apimachinery';

/** After this long an unseen write is given up: the cache must have missed it. Upstream's `ExpectationsTimeout`. */
const TIMEOUT_MILLISECONDS = 5 * 60 * 1000;

interface Pending {
  creations: number;
  deletions: Set<string>;
  since: number;
}

/**
 * Counts the writes a controller made and has not yet seen in its cache, per key.
 * Invariant: a key with an entry has something pending; an entry that drops to nothing is removed.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #pending = new Map<ObjectKey, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call before creating; each creation must end in {@link creationSeen}, from the cache or because the write failed. */
  expectCreations(key: ObjectKey, count: number): void {
    if (count > 0) this.#entry(key).creations += count;
  }

  /** Call before deleting, with the uids; each must end in {@link deletionSeen}. */
  expectDeletions(key: ObjectKey, uids: readonly string[]): void {
    for (const uid of uids) this.#entry(key).deletions.add(uid);
  }

  creationSeen(key: ObjectKey): void {
    const entry = this.#pending.get(key);
    if (entry === undefined) return;
    entry.creations = Math.max(0, entry.creations - 1);
    this.#dropIfEmpty(key, entry);
  }

  deletionSeen(key: ObjectKey, uid: string): void {
    const entry = this.#pending.get(key);
    if (entry === undefined) return;
    entry.deletions.delete(uid);
    this.#dropIfEmpty(key, entry);
  }

  /** Whether nothing is pending, or what is has been for so long that the cache is taken as it stands. */
  fulfilled(key: ObjectKey): boolean {
    const entry = this.#pending.get(key);
    return entry === undefined || this.#clock.monotonic() - entry.since >= TIMEOUT_MILLISECONDS;
  }

  forget(key: ObjectKey): void {
    this.#pending.delete(key);
  }

  #entry(key: ObjectKey): Pending {
    const entry = this.#pending.get(key) ?? { creations: 0, deletions: new Set<string>(), since: 0 };
    entry.since = this.#clock.monotonic();
    this.#pending.set(key, entry);
    return entry;
  }

  #dropIfEmpty(key: ObjectKey, entry: Pending): void {
    if (entry.creations === 0 && entry.deletions.size === 0) this.#pending.delete(key);
  }
}
