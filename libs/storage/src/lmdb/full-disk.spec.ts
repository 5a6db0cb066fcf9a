import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../store';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

const VALUE = new Uint8Array(100_000);

/** @returns whether `path` is a disk of its own now, of so many MiB */
function mountDisk(path: string, size: number, ...options: readonly string[]): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', [`size=${size}m`, ...options].join(','), 'tmpfs', path]).status === 0;
}

/** @returns undefined if a disk can be had that is small enough to fill */
function reasonNotToRun(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'keelson-disk-'));
  try {
    if (!mountDisk(path, 1)) return 'it may not mount a disk';
    spawnSync('umount', [path]);
    return undefined;
  } finally {
    rmdirSync(path);
  }
}

const whyNot = reasonNotToRun();
const suite = whyNot === undefined ? describe : describe.skip;
suite(`An lmdb store on a full disk${whyNot === undefined ? '' : ` (not run: ${whyNot})`}`, () => {
  let folder: TemporaryFolder;
  let store: Store | undefined;

  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    await store?.close();
    spawnSync('umount', [folder.path]);
    await folder.remove();
    jest.restoreAllMocks();
  });

  /** Writes until one fails. @returns the keys that were acknowledged, and why it failed */
  async function fill(into: Store): Promise<{ keys: string[]; reason: unknown }> {
    const keys: string[] = [];
    for (;;) {
      const key = `/registry/${keys.length}`;
      const reason: unknown = await into.put(key, VALUE, { expected: 0 }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (reason !== undefined) return { keys, reason };
      keys.push(key);
    }
  }

  it('says so, keeps what it acknowledged, over a restart too, and goes on when there is room', async () => {
    // The driver tells the console, too.
    jest.spyOn(console, 'error').mockReturnValue(undefined);
    mountDisk(folder.path, 4);
    store = await openLmdbStore({ path: folder.path });
    const { keys, reason } = await fill(store);
    expect(reason).toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/; \d+ KiB are left on its disk$/) as string,
    });
    const kept = async (from: Store): Promise<string[]> => (await from.list('/registry/')).records.map(({ key }) => key);
    expect(await kept(store)).toEqual([...keys].sort());
    mountDisk(folder.path, 8, 'remount');
    await store.check();
    expect(await store.put('/registry/more', VALUE, { expected: 0 })).toMatchObject({ type: 'written' });
    await store.close();
    store = await openLmdbStore({ path: folder.path });
    expect(await kept(store)).toEqual([...keys, '/registry/more'].sort());
  });
});
