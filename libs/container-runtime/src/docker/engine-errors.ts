import { errorCode } from '../error-code';
import { RuntimeUnavailable } from '../runtime-errors';

/** What the operating system calls a connection that couldn't be made or broke. */
const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT']);

/** The HTTP status of an answer that the engine gave; undefined if it gave none. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

export const isNotFound = (error: unknown): boolean => statusOf(error) === 404;

/** Another container has the name. */
export const isConflict = (error: unknown): boolean => statusOf(error) === 409;

/** The engine's own words, without what the driver wraps around them. */
export function engineMessage(error: unknown): string {
  const { json, message } = (error ?? {}) as { readonly json?: { readonly message?: unknown } | null; readonly message?: unknown };
  if (typeof json?.message === 'string') return json.message;
  return typeof message === 'string' ? message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim() : String(error);
}

/** Runs a call to the engine. @throws RuntimeUnavailable in place of a connection's error; any other error as it is */
export async function callEngine<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (CONNECTION_ERRORS.has(errorCode(error)))
      throw new RuntimeUnavailable(`the Docker engine can't be reached: ${engineMessage(error)}: is dockerd running?`, { cause: error });
    throw error;
  }
}

/** For calls whose aim is that something is gone or stopped: 404 means there is nothing left to do, 304 that it was done before. */
export async function unlessGone(call: () => Promise<unknown>): Promise<void> {
  try {
    await callEngine(call);
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 304) throw error;
  }
}
