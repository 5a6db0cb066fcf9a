import { FakeClock } from '@keelson/apimachinery';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('lets a burst through at once and the rest at the rate, in order', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenBucket({ qps: 10, burst: 2 }, clock);
    const passed: string[] = [];
    for (let caller = 0; caller < 4; caller += 1) void bucket.take().then(() => passed.push(`${caller} at ${clock.now()}`));
    await clock.advance(1000);
    expect(passed).toEqual(['0 at 0', '1 at 0', '2 at 100', '3 at 200']);
  });

  it('gives the turn of an aborted wait to the next', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenBucket({ qps: 1, burst: 1 }, clock);
    await bucket.take();
    const abort = new AbortController();
    const waiting = bucket.take(abort.signal);
    abort.abort();
    await waiting;
    expect(bucket.reserve()).toBe(1000);
    expect(clock.pending).toBe(0);
  });

  it('saves up no more than its burst', async () => {
    const clock = new FakeClock(0);
    const bucket = new TokenBucket({ qps: 100, burst: 2 }, clock);
    await clock.advance(60_000);
    expect([bucket.tryTake(), bucket.tryTake(), bucket.tryTake()]).toEqual([true, true, false]);
  });

  it('has no limit at a rate of zero', () => {
    const bucket = new TokenBucket({ qps: 0, burst: 0 }, new FakeClock(0));
    expect(bucket.tryTake()).toBe(true);
    expect(bucket.reserve()).toBe(0);
  });
});
