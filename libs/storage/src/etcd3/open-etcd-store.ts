import { systemClock, type Clock } from '@keelson/apimachinery';
import { keyRoot, REGISTRY_ROOT, RootedStore } from '../rooted-store';
import type { Store } from '../store';
import type { EtcdConnection } from './endpoints';

export interface EtcdStoreOptions extends EtcdConnection {
  /** Upstream's `--etcd-prefix`: below it lie all keys of the registry; `/registry` if absent. */
  readonly prefix?: string;
  readonly clock?: Clock;
  /** How long to wait for an etcd that does not answer yet, such as one that is just starting; 0 if absent. */
  readonly patienceMilliseconds?: number;
}

/**
 * Opens the store in an etcd cluster. The drivers are loaded here and nowhere else.
 * @throws StoreUnavailable if no endpoint answers in time
 */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const { clock = systemClock, patienceMilliseconds = 0, prefix = REGISTRY_ROOT, ...connection } = options;
  const { connectEtcdStore } = await import('./connect-etcd-store');
  const root = keyRoot(prefix);
  const store = await connectEtcdStore(connection, { clock, patienceMilliseconds, healthKey: `${root}health` });
  return root === REGISTRY_ROOT ? store : new RootedStore(store, root);
}
