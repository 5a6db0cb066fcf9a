import type { ClusterPkiPaths } from '@keelson/pki';

/** What a cluster in one process is made of. */
export interface OneProcessOptions {
  /** The folder of the embedded store; it exists. */
  readonly storeFolder: string;
  /** Whether an acknowledged write must survive a crash of the machine; a cluster of a test need not. */
  readonly durable: boolean;
  /** What the API server shows to those who come from outside, and knows them by. */
  readonly pki: ClusterPkiPaths;
  readonly listen: { readonly address: string; readonly port: number };
  /** Where the cluster says that its API server is; not of the loopback's. */
  readonly advertiseAddress: string;
  /** How many simulated nodes there are: `node-1`, `node-2`, ... */
  readonly nodes: number;
  /** CIDRs of Services' and pods' addresses. */
  readonly serviceRange: string;
  readonly podRange: string;
  /** Who service account tokens are from. */
  readonly issuer: string;
}
