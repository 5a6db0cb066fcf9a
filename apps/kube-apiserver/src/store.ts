import type { FlagValues } from '@keelson/component-base';
import { openLmdbStore, type Store } from '@keelson/storage';
import type { flags } from './flags';

type Flags = FlagValues<typeof flags>;

/** @returns what is wrong with the flags about the store, together */
export function validateStoreFlags(values: Flags): readonly string[] {
  if (values['storage-backend'] === 'lmdb')
    return values['data-dir'] === undefined ? ['--data-dir must be specified with --storage-backend=lmdb'] : [];
  return values['etcd-servers'].length === 0 ? ['--etcd-servers must be specified'] : [];
}

export async function openStore(values: Flags): Promise<Store> {
  return openLmdbStore({ path: values['data-dir'] ?? '' });
}
