import { createLogger as createWinston, format, transports, type Logger as Winston } from 'winston';
import type { Logger, LogFields } from '../logger';
import { formatJson, formatText, type LogEntry, type Severity } from './log-entry';

export interface LoggerOptions {
  /** The daemon's name; stands in the head of each line. */
  readonly name: string;
  readonly pid: number;
  readonly format: 'text' | 'json';
  /** `-v`: the highest level that is still written. */
  readonly verbosity: number;
  /** Where lines go; upstream's daemons log to standard error. */
  readonly stream: NodeJS.WritableStream;
  readonly clock: { now(): number };
}

/** A {@link Logger} over winston. Each event is one line; a secret by its field's name or its look is left out. */
export function createLogger(options: LoggerOptions): Logger {
  const formatEntry = options.format === 'json' ? formatJson : formatText;
  const winston = createWinston({
    format: format.printf((info) => formatEntry(info.entry as LogEntry, options)),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston's declarations and winston-transport's disagree
    transports: [new transports.Stream({ stream: options.stream, eol: '\n' })],
  });
  return loggerOver(winston, options, {});
}

function loggerOver(winston: Winston, options: LoggerOptions, bound: LogFields): Logger {
  const write = (severity: Severity, message: string, fields: LogFields | undefined, verbosity = 0): void => {
    const entry: LogEntry = { severity, verbosity, message, fields: { ...bound, ...fields }, time: options.clock.now() };
    winston.log({ level: severity, message, entry });
  };
  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    v(level, message, fields) {
      if (level <= options.verbosity) write('info', message, fields, level);
    },
    with: (fields) => loggerOver(winston, options, { ...bound, ...fields }),
  };
}
