import type { FlagValues } from '@keelson/component-base';
import { readFile } from 'node:fs/promises';
import { openEtcdStore, openLmdbStore, type Store } from '@keelson/storage';
import type { flags } from './flags';

type Flags = FlagValues<typeof flags>;

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
  const where = { endpoints: values['etcd-servers'], prefix: values['etcd-prefix'] };
  return openEtcdStore({ ...where, ...(Object.keys(tls).length === 0 ? {} : { tls }) });
}

const readOptional = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path));
