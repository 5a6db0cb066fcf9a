import { ConnectionPool } from 'etcd3/lib/connection-pool.js';
import type { Store } from '../store';
import { Endpoints, type EtcdConnection } from './endpoints';
import { EtcdStore, type EtcdStoreDeps } from './etcd-store';
import { STATUS } from './messages';
import { answersProgressSoundly } from './progress-support';

/** Connects to etcd and asks for its version. @throws StoreUnavailable if no endpoint answers */
export async function connectEtcdStore(connection: EtcdConnection, options: Pick<EtcdStoreDeps, 'clock' | 'healthKey'>): Promise<Store> {
  const endpoints = new Endpoints(connection, (options) => new ConnectionPool(options));
  try {
    const { version } = await endpoints.read(STATUS, {});
    return new EtcdStore({ ...options, endpoints, progressOnRequest: answersProgressSoundly(version) });
  } catch (error) {
    endpoints.close();
    throw error;
  }
}
