import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore, type Store } from '@keelson/storage';
import { NodePortAllocator } from './node-port-allocator';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-ports-'));
  store = await openLmdbStore({ path: folder, sync: 'none' });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const allocator = (first: number, last: number) => new NodePortAllocator({ store, range: { first, last }, random: Math.random });

describe('NodePortAllocator', () => {
  it('never gives one port to two, however many servers ask at once', async () => {
    const servers = [allocator(30000, 30049), allocator(30000, 30049)];
    const taken = (await Promise.all(Array.from({ length: 25 }, (_, index) => servers[index % 2]!.takeAny(2)))).flat();
    expect(new Set(taken).size).toBe(50);
    await expect(servers[0]!.takeAny(1)).rejects.toThrow('range is full');
  });

  it('refuses a port that is taken or outside the range, and takes none of the others asked for with it', async () => {
    const ports = allocator(30000, 30009);
    await ports.take([30001]);
    await expect(ports.take([30002, 30001])).rejects.toThrow('provided port is already allocated');
    await expect(ports.take([80])).rejects.toThrow('provided port is not in the valid range. The range of valid ports is 30000-30009');
    await ports.take([30002]);
  });

  it('gives a released port out again', async () => {
    const ports = allocator(30000, 30000);
    await ports.take([30000]);
    await ports.release([30000]);
    expect(await ports.takeAny(1)).toEqual([30000]);
  });
});
