/**
 * Calls `act` up to `count` times, in batches of 1, 2, 4, ... that grow only while all of a batch succeed: what would fail
 * every time, such as an exhausted quota, fails once and not hundreds of times.
 * @returns how many succeeded, and the first error
 */
export async function slowStart(count: number, act: () => Promise<unknown>): Promise<{ succeeded: number; error: Error | undefined }> {
  let succeeded = 0;
  for (let batch = Math.min(count, 1); batch > 0; batch = Math.min(2 * batch, count - succeeded)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, act));
    const failure = results.find((result) => result.status === 'rejected');
    succeeded += results.filter(({ status }) => status === 'fulfilled').length;
    if (failure !== undefined) return { succeeded, error: asError(failure.reason) };
  }
  return { succeeded, error: undefined };
}

/** What was thrown, which JavaScript lets be anything. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
