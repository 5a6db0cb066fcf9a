import { SharedRoundTrip } from './shared-round-trip';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SharedRoundTrip', () => {
  let calls: { resolve: (value: number) => void; reject: (error: Error) => void }[];
  let trip: SharedRoundTrip<number>;

  beforeEach(() => {
    calls = [];
    trip = new SharedRoundTrip(() => new Promise((resolve, reject) => calls.push({ resolve, reject })));
  });

  it('makes one call for all who ask at once', async () => {
    const answers = Promise.all([trip.run(), trip.run(), trip.run()]);
    await settle();
    expect(calls).toHaveLength(1);
    calls[0]!.resolve(7);
    expect(await answers).toEqual([7, 7, 7]);
  });

  it('gives who asks while a call is under way the answer of one begun later, shared among them', async () => {
    const early = trip.run();
    await settle();
    const late = [trip.run(), trip.run()];
    await settle();
    expect(calls).toHaveLength(1);
    calls[0]!.resolve(1);
    expect(await early).toBe(1);
    await settle();
    expect(calls).toHaveLength(2);
    calls[1]!.resolve(2);
    expect(await Promise.all(late)).toEqual([2, 2]);
  });

  it('fails those alone who shared a failed call', async () => {
    const failing = trip.run();
    await settle();
    const next = trip.run();
    calls[0]!.reject(new Error('down'));
    await expect(failing).rejects.toThrow('down');
    await settle();
    calls[1]!.resolve(3);
    expect(await next).toBe(3);
  });
});
