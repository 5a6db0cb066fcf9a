import { openLmdbStore } from '../lmdb/open-lmdb-store';

const VALUE = new Uint8Array(100_000);

export interface DiskFillerOptions {
  /** A line of JSON: each key acknowledged, and the error that ended it with how many keys the store lists then. */
  readonly print: (line: string) => void;
  /** Resolves when there is room on the disk again. */
  readonly hasRoom: Promise<unknown>;
}

/** Writes to the store in the folder given until a write fails, and once more when there is room: the last key, `/registry/more`. */
export async function fillDisk(path: string, { hasRoom, print }: DiskFillerOptions): Promise<void> {
  const store = await openLmdbStore({ path });
  const write = async (key: string): Promise<void> => {
    await store.put(key, VALUE, { expected: 0 });
    print(JSON.stringify({ key }));
  };
  try {
    for (let count = 0; ; count += 1) await write(`/registry/${count}`);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    print(JSON.stringify({ code, message, listed: (await store.list('/registry/')).records.length }));
  }
  await hasRoom;
  await store.check();
  await write('/registry/more');
  await store.close();
}
