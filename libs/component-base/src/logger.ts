/** Values that go beside a message; never a secret, never a whole object where its name will do. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Structured logging, one line an event. Messages are whole sentences without a period, as klog's structured logs; what varies goes into fields.
 * An implementation never throws and never blocks.
 */
export interface Logger {
  error(message: string, fields?: LogFields & { readonly error?: unknown }): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  /** For who asked for `-v=LEVEL` or more; costs nothing otherwise. Level 2 is the usual steady state, 4 is debugging. */
  v(level: number, message: string, fields?: LogFields): void;
  /** The same logger with `fields` on every line. */
  with(fields: LogFields): Logger;
}

/** Says nothing; for tests and for embedding. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  v: () => undefined,
  with: () => silentLogger,
};
