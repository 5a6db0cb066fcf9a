import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '@keelson/apimachinery';
import type { Store } from '../store';
import { checkDataFile } from './check-data-file';
import { lockFolder } from './folder-lock';
import { LmdbStore } from './lmdb-store';
import { LmdbTables } from './tables';

export interface LmdbStoreOptions {
  /** The folder, made if it is missing; of one store and one process. */
  readonly path: string;
  /** Bytes of address space to begin with; the store grows beyond by itself. No disk is taken before it is needed. */
  readonly mapSize?: number;
  /** `none` leaves it to the operating system when writes reach the disk: for tests, where a crash of the machine does not matter. */
  readonly sync?: 'durable' | 'none';
  readonly clock?: Clock;
}

/** What upstream recommends as etcd's largest size. */
const DEFAULT_MAP_SIZE = 8 * 1024 ** 3;

/**
 * Opens the embedded store. The driver is loaded here and nowhere else.
 * @throws StoreUnavailable if another process has the folder open
 * @throws Error if the folder's files are damaged
 */
export async function openLmdbStore({
  path,
  mapSize = DEFAULT_MAP_SIZE,
  sync = 'durable',
  clock = systemClock,
}: LmdbStoreOptions): Promise<Store> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const release = await lockFolder(path);
  try {
    await checkDataFile(join(path, 'data.mdb'));
    const { open } = await import('lmdb');
    // Without `overlappingSync` a commit ends when it is on disk. Without `eventTurnBatching` a failed commit rejects the batch's
    // promise alone; with it, the driver makes another that nobody can handle.
    const root = open<Buffer, Buffer>({
      path,
      mapSize,
      noSubdir: false,
      overlappingSync: false,
      noSync: sync === 'none',
      eventTurnBatching: false,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    return new LmdbStore({ tables: new LmdbTables(root, path), clock, release });
  } catch (error) {
    await release();
    throw error;
  }
}
