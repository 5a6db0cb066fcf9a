import { openLmdbStore } from '../lmdb/open-lmdb-store';

/**
 * Writes to the store in the folder given until it is killed, from many writers at once, and says which write was acknowledged as
 * which revision: a line of `key revision` each, printed only then. Meanwhile it compacts again and again.
 */
const WRITERS = 32;

export async function writeUntilKilled(path: string, print: (line: string) => void): Promise<never> {
  const store = await openLmdbStore({ path });
  const write = async (writer: number): Promise<never> => {
    let expected = (await store.get(`/registry/${writer}`))?.revision ?? 0;
    for (;;) {
      const result = await store.put(`/registry/${writer}`, Buffer.from(`${writer} ${expected}`), { expected });
      if (result.type === 'conflict') throw new Error(`someone else writes /registry/${writer}`);
      expected = result.record.revision;
      print(`/registry/${writer} ${expected}`);
    }
  };
  const compact = async (): Promise<never> => {
    for (;;) await store.compact(Math.max(0, (await store.currentRevision()) - 100));
  };
  return Promise.race([compact(), ...Array.from({ length: WRITERS }, (_, writer) => write(writer))]);
}
