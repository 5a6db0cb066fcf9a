/** What this lib needs of time: a part of apimachinery's `Clock`, which lies a layer above. */
export interface Timers {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once after `milliseconds`. @returns what cancels it */
  setTimeout(callback: () => void, milliseconds: number): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  setTimeout(callback, milliseconds) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
