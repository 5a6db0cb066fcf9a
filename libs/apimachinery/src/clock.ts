/** The source of time. Everything that waits or dates takes one, so that a test can move time by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds; for measuring, never for dating. */
  monotonic(): number;
  /** Calls `callback` once after `milliseconds`. @returns what cancels it */
  setTimeout(callback: () => void, milliseconds: number): () => void;
}

/** The longest that Node waits, almost 25 days; anything longer it takes for one millisecond. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, milliseconds) {
    let timer: NodeJS.Timeout | undefined;
    const wait = (left: number): void => {
      if (left <= LONGEST_TIMEOUT) timer = setTimeout(callback, left);
      else timer = setTimeout(() => wait(left - LONGEST_TIMEOUT), LONGEST_TIMEOUT);
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `milliseconds`, or as soon as `signal` aborts; never rejects, so a loop checks its signal afterwards. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
