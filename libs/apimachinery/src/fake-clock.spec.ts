import { FakeClock } from './fake-clock';
import { sleep } from './clock';

describe('FakeClock', () => {
  it('fires timers in the order in which they are due, each at its own instant', async () => {
    const clock = new FakeClock(0);
    const fired: string[] = [];
    clock.setTimeout(() => fired.push(`late at ${clock.now()}`), 20);
    clock.setTimeout(() => fired.push(`early at ${clock.now()}`), 10);
    await clock.advance(30);
    expect(fired).toEqual(['early at 10', 'late at 20']);
    expect(clock.now()).toBe(30);
  });

  it('fires a timer that another timer set within the same advance', async () => {
    const clock = new FakeClock(0);
    const fired: number[] = [];
    clock.setTimeout(() => clock.setTimeout(() => fired.push(clock.now()), 5), 10);
    await clock.advance(15);
    expect(fired).toEqual([15]);
  });

  it('ends a sleep early when its signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock(0);
    const abort = new AbortController();
    const slept = sleep(clock, 1000, abort.signal);
    abort.abort();
    await slept;
    expect(clock.pending).toBe(0);
  });
});
