import { FakeClock } from '@keelson/apimachinery';
import { Expectations } from './expectations';

describe('Expectations', () => {
  it('are fulfilled when every creation and every deletion was seen', () => {
    const expectations = new Expectations(new FakeClock(0));
    expectations.expectCreations('ns/web', 2);
    expectations.expectDeletions('ns/web', ['1']);
    expectations.creationSeen('ns/web');
    expectations.creationSeen('ns/web');
    expect(expectations.fulfilled('ns/web')).toBe(false);
    expectations.deletionSeen('ns/web', '1');
    expect(expectations.fulfilled('ns/web')).toBe(true);
  });

  it('take a deletion of another object for nothing', () => {
    const expectations = new Expectations(new FakeClock(0));
    expectations.expectDeletions('ns/web', ['1']);
    expectations.deletionSeen('ns/web', '2');
    expect(expectations.fulfilled('ns/web')).toBe(false);
  });

  it('give up after five minutes', async () => {
    const clock = new FakeClock(0);
    const expectations = new Expectations(clock);
    expectations.expectCreations('ns/web', 1);
    await clock.advance(5 * 60 * 1000 - 1);
    expect(expectations.fulfilled('ns/web')).toBe(false);
    await clock.advance(1);
    expect(expectations.fulfilled('ns/web')).toBe(true);
  });
});
