import { isSecretName, redacted, redactSecrets } from './redact';
import type { LogFields } from '../logger';

export type Severity = 'error' | 'warn' | 'info';

/** One event, before it is a line. */
export interface LogEntry {
  readonly severity: Severity;
  readonly verbosity: number;
  readonly message: string;
  readonly fields: LogFields;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Who writes: for the line's head. */
export interface LogSource {
  readonly name: string;
  readonly pid: number;
}

const LETTERS: Readonly<Record<Severity, string>> = { error: 'E', warn: 'W', info: 'I' };

/** klog's structured text: `I0102 15:04:05.000000   12345 kubelet] "Starting" port=10250`. Times are UTC. */
export function formatText({ severity, message, fields, time }: LogEntry, { name, pid }: LogSource): string {
  const iso = new Date(time).toISOString();
  const head = `${LETTERS[severity]}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000 ${String(pid).padStart(7)} ${name}]`;
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key === 'error' ? 'err' : key}=${textOf(key, value)}`);
  return `${head} ${JSON.stringify(redactSecrets(message))}${pairs.join('')}`;
}

/** The JSON of upstream's `--logging-format=json`: `ts` in milliseconds, `v` on what is no error, `err` for the error's text. */
export function formatJson({ severity, verbosity, message, fields, time }: LogEntry, { name }: LogSource): string {
  const entries = Object.entries(fields).map(([key, value]) => [key === 'error' ? 'err' : key, plain(key, value)]);
  const head = { ts: time, logger: name, msg: redactSecrets(message), ...(severity === 'info' ? { v: verbosity } : {}) };
  return redactSecrets(stringify({ ...head, ...(severity === 'warn' ? { level: 'warn' } : {}), ...Object.fromEntries(entries) }));
}

function textOf(key: string, value: unknown): string {
  const shown = plain(key, value);
  return redactSecrets(typeof shown === 'string' ? JSON.stringify(shown) : stringify(shown));
}

/** A value that JSON can carry. */
function plain(key: string, value: unknown): unknown {
  if (isSecretName(key)) return redacted;
  if (value instanceof Error) return errorText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  return value ?? null;
}

/** The message with those of its causes, outermost first. */
function errorText(error: Error): string {
  const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? `: ${errorText(error.cause)}` : '';
  return error.message + cause;
}

/** Never throws: a cycle, a BigInt or a getter that throws costs the value, not the line. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value, (key, inner: unknown) => (key === '' ? inner : plain(key, inner)));
  } catch (error) {
    return JSON.stringify(`<internal error: ${error instanceof Error ? error.message : String(error)}>`);
  }
}
