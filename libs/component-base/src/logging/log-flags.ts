import { flag } from '../flags/flag-types';

/** The flags of logging that every daemon has; spread by `runDaemon`. */
export const logFlags = {
  v: flag.int({ section: 'Logs', usage: 'number for the log level verbosity', shorthand: 'v', default: 0 }),
  'logging-format': flag.choice(['text', 'json'])({
    section: 'Logs',
    usage: 'Sets the log format. Permitted formats: "json", "text".',
    default: 'text',
  }),
} as const;
