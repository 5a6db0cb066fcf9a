import { FakeClock } from '@keelson/apimachinery';
import { BoundedRunner } from './bounded-runner';

describe('BoundedRunner', () => {
  it('makes one run of many requests, keeps the least distance, and runs unasked after the longest', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const run = (): Promise<void> => {
      runs++;
      return Promise.resolve();
    };
    const runner = new BoundedRunner({ run, clock, minPeriod: 1_000, maxPeriod: 30_000 });
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const after = async (milliseconds: number): Promise<number> => {
      await clock.advance(milliseconds);
      await settle();
      return runs;
    };
    runner.request();
    runner.request();
    expect(await after(1)).toBe(1);
    runner.request();
    expect(await after(500)).toBe(1);
    expect(await after(600)).toBe(2);
    expect(await after(29_000)).toBe(2);
    expect(await after(1_100)).toBe(3);
    await runner.stop();
    expect(await after(60_000)).toBe(3);
  });
});
