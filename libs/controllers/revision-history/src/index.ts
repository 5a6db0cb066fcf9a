export { snapshotOf, templateOf } from './revision-data';
export { REVISION_HASH_LABEL, RevisionHistory, type RevisionHistoryDeps, type Wanted } from './revision-history';
