import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInSchemas, conversions } from '@keelson/api/server';
import { openLmdbStore, type Store } from '@keelson/storage';
import { StoredValues } from '../server/stored-values';
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

const values = new StoredValues(builtInSchemas(), conversions);
const decode = (value: Uint8Array) => values.decode(value);
const allocator = (first: number, last: number) => new NodePortAllocator({ store, range: { first, last }, random: Math.random, decode });

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

  it('goes on from what upstream has stored, which is protobuf', async () => {
    // Magic, Unknown { typeMeta { v1, RangeAllocation }, raw RangeAllocation { range "30000-30009", data 0x05 } }.
    const type = Buffer.from('0a150a027631120f52616e6765416c6c6f636174696f6e', 'hex');
    const message = Buffer.concat([Buffer.from('0a00120b', 'hex'), Buffer.from('30000-30009'), Buffer.from('1a0105', 'hex')]);
    const value = Buffer.concat([Buffer.from('k8s\0'), type, Buffer.from([0x12, message.length]), message, Buffer.from('1a002200', 'hex')]);
    await store.put('/registry/ranges/servicenodeports', value, { expected: 0 });
    const ports = allocator(30000, 30009);
    expect(await ports.taken()).toEqual([30000, 30002]);
    await expect(ports.take([30002])).rejects.toThrow('provided port is already allocated');
    await ports.take([30001]);
    expect(await ports.taken()).toEqual([30000, 30001, 30002]);
  });

  it('gives a released port out again', async () => {
    const ports = allocator(30000, 30000);
    await ports.take([30000]);
    await ports.release([30000]);
    expect(await ports.takeAny(1)).toEqual([30000]);
  });
});
