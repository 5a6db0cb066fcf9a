import { slowStart } from './slow-start';

describe('slowStart', () => {
  it('doubles its batches up to the count asked for', async () => {
    let calls = 0;
    const batches: number[] = [];
    const result = await slowStart(10, async () => {
      calls += 1;
      const before = calls;
      await Promise.resolve();
      if (before === calls) batches.push(calls);
    });
    expect(result).toEqual({ succeeded: 10, error: undefined });
    expect(batches).toEqual([1, 3, 7, 10]);
  });

  it('stops after the batch in which something failed', async () => {
    let calls = 0;
    const result = await slowStart(100, () =>
      Promise.resolve().then(() => ((calls += 1) === 3 ? Promise.reject(new Error('quota')) : undefined)),
    );
    expect(result).toEqual({ succeeded: 2, error: new Error('quota') });
    expect(calls).toBe(3);
  });
});
