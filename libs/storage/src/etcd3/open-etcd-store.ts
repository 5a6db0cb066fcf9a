import { systemClock, type Clock } from '@keelson/apimachinery';
import type { Store } from '../store';
import type { EtcdConnection } from './endpoints';

export interface EtcdStoreOptions extends EtcdConnection {
  readonly clock?: Clock;
}

/**
 * Opens the store in an etcd cluster. The drivers are loaded here and nowhere else.
 * @throws StoreUnavailable if no endpoint answers
 */
export async function openEtcdStore({ clock = systemClock, ...connection }: EtcdStoreOptions): Promise<Store> {
  const { connectEtcdStore } = await import('./connect-etcd-store');
  return connectEtcdStore(connection, clock);
}
