import type { FlagValues } from '@keelson/component-base';
import { readFile } from 'node:fs/promises';
import { openEtcdStore, openLmdbStore, type EtcdStoreOptions, type Store } from '@keelson/storage';
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
  return openEtcd(values, { endpoints: values['etcd-servers'], patienceMilliseconds: ETCD_PATIENCE_MILLISECONDS });
}

/** Asks each member of etcd whether it answers, over a connection of its own; undefined for the embedded store, which has none. */
export function storeMembers(values: Flags): readonly (() => Promise<void>)[] | undefined {
  if (values['storage-backend'] === 'lmdb') return undefined;
  return values['etcd-servers'].map((endpoint) => async () => {
    const store = await openEtcd(values, { endpoints: [endpoint], patienceMilliseconds: 0 });
    await store.check().finally(() => store.close());
  });
}

async function openEtcd(values: Flags, options: Pick<EtcdStoreOptions, 'endpoints' | 'patienceMilliseconds'>): Promise<Store> {
  const ca = await readOptional(values['etcd-cafile']);
  const cert = await readOptional(values['etcd-certfile']);
  const key = await readOptional(values['etcd-keyfile']);
  const tls = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return openEtcdStore({
    ...options,
    prefix: values['etcd-prefix'],
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  });
}

const readOptional = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path));
