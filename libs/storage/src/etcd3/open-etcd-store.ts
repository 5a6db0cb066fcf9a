import { systemClock, type Clock } from '@keelson/apimachinery';
import type { Store } from '../store';
import type { EtcdConnection } from './endpoints';

export interface EtcdStoreOptions extends EtcdConnection {
  readonly clock?: Clock;
  /** How long to wait for an etcd that does not answer yet, such as one that is just starting; 0 if absent. */
  readonly patienceMilliseconds?: number;
}

/**
 * Opens the store in an etcd cluster. The drivers are loaded here and nowhere else.
 * @throws StoreUnavailable if no endpoint answers in time
 */
export async function openEtcdStore({ clock = systemClock, patienceMilliseconds = 0, ...connection }: EtcdStoreOptions): Promise<Store> {
  const { connectEtcdStore } = await import('./connect-etcd-store');
  return connectEtcdStore(connection, { clock, patienceMilliseconds });
}
