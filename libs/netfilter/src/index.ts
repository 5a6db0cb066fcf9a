export { diff } from './diff.ts';
export { createNft, NftError, type NftOptions, type RunNft } from './nft.ts';
export { readTable } from './read-table.ts';
export { emptyTable, type BaseHook, type Chain, type ElementMap, type ElementSet, type Table } from './table.ts';
export { stateOf, type ChainState, type TableState } from './table-state.ts';
export { TableWriter } from './table-writer.ts';
