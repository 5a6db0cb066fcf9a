import type { Clock } from '@keelson/apimachinery';

/** As upstream: who asks a daemon does not wait longer for a silent API server. */
const LIMIT_MILLISECONDS = 10_000;

/** Asks the API server, with a signal that aborts after ten seconds. @throws Error when it does; whatever `ask` throws */
export async function beforeDeadline<T>(clock: Clock, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const cancel = clock.setTimeout(() => ended.abort(new Error('the API server has not answered for 10s')), LIMIT_MILLISECONDS);
  try {
    return await ask(ended.signal);
  } finally {
    cancel();
  }
}
