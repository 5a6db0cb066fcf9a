export { startCompactor, type CompactorOptions } from './compactor';
export { openEtcdStore, type EtcdStoreOptions } from './etcd3/open-etcd-store';
export { openLmdbStore, type LmdbStoreOptions } from './lmdb/open-lmdb-store';
export type { DeleteResult, ListOptions, ListResult, PutResult, Revision, Store, StoredRecord, StoreEvent } from './store';
export { RevisionCompacted, RevisionInFuture, StoreRefused, StoreUnavailable } from './store-errors';
