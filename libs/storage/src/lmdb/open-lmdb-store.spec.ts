import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreUnavailable } from '../store-errors';
import { temporaryFolder, type TemporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

describe('openLmdbStore', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  async function fill(): Promise<string> {
    const store = await openLmdbStore({ path: folder.path });
    for (let n = 0; n < 20; n++) await store.put(`/registry/${n}`, new Uint8Array(10_000), { expected: 0 });
    await store.close();
    return join(folder.path, 'data.mdb');
  }

  it('refuses a folder that is open already, says so, and takes it when it has been closed', async () => {
    const first = await openLmdbStore({ path: folder.path });
    const second = openLmdbStore({ path: folder.path });
    await expect(second).rejects.toThrow(StoreUnavailable);
    await expect(second).rejects.toThrow(folder.path);
    await first.close();
    await (await openLmdbStore({ path: folder.path })).close();
  });

  it('makes a folder that is missing', async () => {
    const store = await openLmdbStore({ path: join(folder.path, 'a/b') });
    expect(await store.currentRevision()).toBe(0);
    await store.close();
  });

  it.each([
    ['noise', Buffer.alloc(20_000, 'no database')],
    ['zeros', Buffer.alloc(20_000)],
    ['a file that is too short', Buffer.alloc(10, 1)],
  ])('refuses %s in place of its file, naming it, and releases the folder', async (_, content) => {
    const file = join(folder.path, 'data.mdb');
    await writeFile(file, content);
    await expect(openLmdbStore({ path: folder.path })).rejects.toThrow(`${file} is damaged`);
    await expect(openLmdbStore({ path: folder.path })).rejects.toThrow('restore');
    expect(await readFile(file)).toEqual(content);
  });

  it('refuses a file that has lost its end', async () => {
    const file = await fill();
    await truncate(file, 16_384);
    await expect(openLmdbStore({ path: folder.path })).rejects.toThrow('its end is lost');
  });

  it('goes on from the commit before where only the newest mark of the file is damaged', async () => {
    const path = await fill();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(4), 0, 4, 4096 + 24);
    await file.close();
    const store = await openLmdbStore({ path: folder.path });
    expect(await store.currentRevision()).toBeGreaterThanOrEqual(19);
    await store.close();
  });

  it('grows beyond the size it began with', async () => {
    const store = await openLmdbStore({ path: folder.path, mapSize: 1024 * 1024, sync: 'none' });
    for (let n = 0; n < 40; n++) await store.put(`/registry/${n}`, new Uint8Array(200_000).fill(n), { expected: 0 });
    expect((await store.list('/registry/')).records).toHaveLength(40);
    expect((await store.get('/registry/39'))?.value.every((byte) => byte === 39)).toBe(true);
    await store.close();
  });
});
