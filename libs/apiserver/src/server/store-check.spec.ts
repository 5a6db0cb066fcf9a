import { FakeClock } from '@keelson/apimachinery';
import { storeCheck } from './store-check';

describe('storeCheck', () => {
  let clock: FakeClock;

  beforeEach(() => (clock = new FakeClock()));

  it('says what the store says, and leaves no timer', async () => {
    await storeCheck({ check: () => Promise.resolve() }, clock)();
    await expect(storeCheck({ check: () => Promise.reject(new Error('no leader')) }, clock)()).rejects.toThrow('no leader');
    expect(clock.pending).toBe(0);
  });

  it('fails where the store says nothing, as a frozen etcd does', async () => {
    const answer = Promise.withResolvers<undefined>();
    const check = storeCheck({ check: () => answer.promise }, clock)();
    const failed = expect(check).rejects.toThrow('did not answer within 2 s');
    await clock.advance(2_000);
    await failed;
  });
});
