import { sleep } from '@keelson/apimachinery';
import { ConnectionPool } from 'etcd3/lib/connection-pool.js';
import { errorCode } from '../error-code';
import type { Store } from '../store';
import { StoreRefused, StoreUnavailable } from '../store-errors';
import { Endpoints, type EtcdConnection } from './endpoints';
import { EtcdStore, type EtcdStoreDeps } from './etcd-store';
import { PERMISSION_DENIED } from './grpc-codes';
import { STATUS } from './messages';
import { answersProgressSoundly } from './progress-support';

const RETRY_MILLISECONDS = 100;

export interface ConnectDeps extends Pick<EtcdStoreDeps, 'clock' | 'healthKey'> {
  /** How long to try again when no endpoint answers. */
  readonly patienceMilliseconds: number;
}

/** Connects to etcd and asks for its version. @throws StoreUnavailable if no endpoint answers */
export async function connectEtcdStore(connection: EtcdConnection, { patienceMilliseconds, ...deps }: ConnectDeps): Promise<Store> {
  const endpoints = new Endpoints(connection, (options) => new ConnectionPool(options));
  try {
    const version = await versionOf(endpoints, { clock: deps.clock, patienceMilliseconds });
    return new EtcdStore({ ...deps, endpoints, progressOnRequest: version !== undefined && answersProgressSoundly(version) });
  } catch (error) {
    endpoints.close();
    throw error;
  }
}

/** @returns undefined where only root may ask, as in etcd with accounts from 3.6 on */
async function versionOf(
  endpoints: Endpoints,
  { clock, patienceMilliseconds }: Pick<ConnectDeps, 'clock' | 'patienceMilliseconds'>,
): Promise<string | undefined> {
  const begun = clock.monotonic();
  for (;;) {
    try {
      return (await endpoints.read(STATUS, {})).version;
    } catch (error) {
      if (error instanceof StoreRefused && errorCode(error.cause) === PERMISSION_DENIED) return undefined;
      if (!(error instanceof StoreUnavailable) || clock.monotonic() - begun >= patienceMilliseconds) throw error;
      await sleep(clock, RETRY_MILLISECONDS);
    }
  }
}
