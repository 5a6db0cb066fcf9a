import type { Revision } from './store';

/** The revision asked for is older than the oldest that the store still has. Etcd's `ErrCompacted`. */
export class RevisionCompacted extends Error {
  readonly code = 'revision-compacted';

  readonly oldest: Revision;

  constructor(requested: Revision, oldest: Revision) {
    super(`the store has forgotten revision ${requested}: its oldest is ${oldest}`);
    this.oldest = oldest;
  }
}

/** The revision asked for does not exist yet. Etcd's `ErrFutureRev`. */
export class RevisionInFuture extends Error {
  readonly code = 'revision-in-future';

  readonly requested: Revision;
  readonly newest: Revision;

  constructor(requested: Revision, newest: Revision) {
    super(`the store has not reached revision ${requested}: its newest is ${newest}`);
    this.requested = requested;
    this.newest = newest;
  }
}

/** The store can't be reached, is closed, or did not say in time whether a write took place. */
export class StoreUnavailable extends Error {
  readonly code = 'store-unavailable';
}

/** The store answered, and would not do it: it has no room left, or no rights for this client. Nothing has been written. The message is the store's. */
export class StoreRefused extends Error {
  readonly code = 'store-refused';
}
