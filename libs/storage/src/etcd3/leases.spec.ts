import { FakeClock } from '@keelson/apimachinery';
import type { Endpoints } from './endpoints';
import { Leases } from './leases';

describe('Leases', () => {
  const clock = new FakeClock();
  let granted: number[];
  let leases: Leases;
  let fail: boolean;

  beforeEach(() => {
    granted = [];
    fail = false;
    const write = async (_: unknown, { TTL }: { TTL: number }) => {
      if (fail) throw new Error('down');
      return { ID: granted.push(TTL), TTL };
    };
    leases = new Leases({ write } as unknown as Pick<Endpoints, 'write'>, clock);
  });

  it('share one lease among records written within a twentieth of their time, and last for at least that time', async () => {
    expect(await leases.acquire(600)).toBe(1);
    await clock.advance(30_000);
    expect(await leases.acquire(600)).toBe(1);
    await clock.advance(1);
    expect(await leases.acquire(600)).toBe(2);
    expect(granted).toEqual([630, 630]);
  });

  it('lets no record live more than 60 seconds longer than asked', async () => {
    await leases.acquire(3_600);
    expect(granted).toEqual([3_660]);
    expect(await leases.acquire(3_500)).toBe(2);
  });

  it('ask once for concurrent records, and again after 1000 of them', async () => {
    const ids = await Promise.all(Array.from({ length: 1_001 }, () => leases.acquire(100)));
    expect(ids.filter((id) => id === 1)).toHaveLength(1_000);
    expect(ids.at(-1)).toBe(2);
  });

  it('do not let one failure fail the records after it', async () => {
    fail = true;
    await expect(leases.acquire(100)).rejects.toThrow('down');
    fail = false;
    expect(await leases.acquire(100)).toBe(1);
  });

  it('are not used any more once etcd has forgotten them', async () => {
    await leases.acquire(100);
    leases.reset();
    expect(await leases.acquire(100)).toBe(2);
  });
});
