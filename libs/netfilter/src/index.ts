export { diff } from './diff';
export { createNft, NftError, type NftOptions, type RunNft } from './nft';
export { readTable } from './read-table';
export { emptyTable, type BaseHook, type Chain, type ElementMap, type ElementSet, type Table } from './table';
export { stateOf, type ChainState, type TableState } from './table-state';
export { TableWriter } from './table-writer';
