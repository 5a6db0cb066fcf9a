import { systemClock, type Clock } from '@keelson/apimachinery';
import { keyRoot, REGISTRY_ROOT, RootedStore } from '../rooted-store';
import type { Store } from '../store';
import type { EtcdConnection } from './endpoints';

export interface EtcdStoreOptions extends EtcdConnection {
  /** Upstream's `--etcd-prefix`: below it lie all keys of the registry; `/registry` if absent. */
  readonly prefix?: string;
  readonly clock?: Clock;
}

/**
 * Opens the store in an etcd cluster. The drivers are loaded here and nowhere else.
 * @throws StoreUnavailable if no endpoint answers
 */
export async function openEtcdStore({ clock = systemClock, prefix = REGISTRY_ROOT, ...connection }: EtcdStoreOptions): Promise<Store> {
  const { connectEtcdStore } = await import('./connect-etcd-store');
  const root = keyRoot(prefix);
  const store = await connectEtcdStore(connection, { clock, healthKey: `${root}health` });
  return root === REGISTRY_ROOT ? store : new RootedStore(store, root);
}
