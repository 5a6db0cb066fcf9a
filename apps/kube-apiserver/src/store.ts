import type { FlagValues } from '@keelson/component-base';
import { readFile } from 'node:fs/promises';
import { openEtcdStore, openLmdbStore, type Store } from '@keelson/storage';
import type { flags } from './flags';

type Flags = FlagValues<typeof flags>;

/** As long as upstream's: etcd may just be starting, and to end and be started again would take longer than to wait. */
const ETCD_PATIENCE_MILLISECONDS = 20_000;

/** @returns what is wrong with the flags about the store, together */
export function validateStoreFlags(values: Flags): readonly string[] {
  if (values['storage-backend'] === 'lmdb')
    return values['data-dir'] === undefined ? ['--data-dir must be specified with --storage-backend=lmdb'] : [];
  return values['etcd-servers'].length === 0 ? ['--etcd-servers must be specified'] : [];
}

/** @throws Error naming the file, or StoreUnavailable */
export async function openStore(values: Flags): Promise<Store> {
  if (values['storage-backend'] === 'lmdb') return openLmdbStore({ path: values['data-dir'] ?? '' });
  const ca = await readOptional(values['etcd-cafile']);
  const cert = await readOptional(values['etcd-certfile']);
  const key = await readOptional(values['etcd-keyfile']);
  const tls = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return openEtcdStore({
    endpoints: values['etcd-servers'],
    prefix: values['etcd-prefix'],
    patienceMilliseconds: ETCD_PATIENCE_MILLISECONDS,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  });
}

const readOptional = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path));
