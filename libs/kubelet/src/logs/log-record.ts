/** One record of a container's log file: a line, or a piece of one that was too long for a record. */
export interface LogRecord {
  /** As written in the file: RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** With its line break, if it ends a line. */
  readonly content: string;
  readonly endsLine: boolean;
}

export type LogFormat = 'docker-json' | 'cri';

/** @param line without its line break @returns undefined for what is no record, such as the remains of a crash */
export function parseLogRecord(line: string, format: LogFormat): LogRecord | undefined {
  return format === 'cri' ? parseCRI(line) : parseDockerJSON(line);
}

/** `TIME STREAM TAGS CONTENT`, tags beginning with `P` for a partial line or `F` (k8s.io/cri-api, the log format of CRI). */
function parseCRI(line: string): LogRecord | undefined {
  const [time, stream, tags] = line.split(' ', 3);
  if (time === undefined || tags === undefined || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
  const content = line.slice(time.length + stream.length + tags.length + 3);
  const endsLine = tags.split(':')[0] !== 'P';
  return { time, stream, content: endsLine ? `${content}\n` : content, endsLine };
}

function parseDockerJSON(line: string): LogRecord | undefined {
  try {
    const { log, stream, time } = JSON.parse(line) as { log?: unknown; stream?: unknown; time?: unknown };
    if (typeof log !== 'string' || typeof time !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
    return { time, stream, content: log, endsLine: log.endsWith('\n') };
  } catch {
    return undefined;
  }
}
