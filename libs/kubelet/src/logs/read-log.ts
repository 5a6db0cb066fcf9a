import { open, stat, type FileHandle } from 'node:fs/promises';
import { sleep, type Clock } from '@keelson/apimachinery';
import { parseLogRecord, type LogFormat, type LogRecord } from './log-record';
import { tailOffset } from './tail-offset';

const CHUNK_BYTES = 64 * 1024;
/** How soon a follower looks again at a log that had nothing new. */
const POLL_MILLISECONDS = 200;

export interface LogOptions {
  readonly follow?: boolean;
  /** Only the last so many lines that the file has now. */
  readonly tailLines?: number | undefined;
  /** Only what was logged at or after this; milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly timestamps?: boolean;
  /** Ends after so many bytes, in the midst of a line if need be. */
  readonly limitBytes?: number | undefined;
  readonly stream?: 'stdout' | 'stderr' | undefined;
}

export interface LogSource {
  readonly path: string;
  readonly format: LogFormat;
  /** Whether more may still come; a follower ends when not. */
  readonly isRunning: () => Promise<boolean>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * What a container wrote, piece by piece as it lies in the file; memory does not grow with the file. When the file is rotated away while
 * it is followed, the old one is read to its end and the new one from its start.
 */
export async function* readLog(source: LogSource, options: LogOptions): AsyncGenerator<Buffer> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let atLineStart = true;
  for await (const record of records(source, options)) {
    if (!isWanted(record, options)) continue;
    const text = options.timestamps === true && atLineStart ? `${record.time} ${record.content}` : record.content;
    atLineStart = record.endsLine;
    const bytes = Buffer.from(text);
    yield bytes.subarray(0, left);
    left -= bytes.length;
    if (left <= 0) return;
  }
}

function isWanted({ time, stream }: LogRecord, options: LogOptions): boolean {
  if (options.stream !== undefined && stream !== options.stream) return false;
  return options.since === undefined || Date.parse(time) >= options.since;
}

async function* records(source: LogSource, { follow = false, tailLines }: LogOptions): AsyncGenerator<LogRecord> {
  let file = await open(source.path);
  let offset = tailLines === undefined ? 0 : await tailOffset(file, tailLines);
  let rest = Buffer.alloc(0);
  try {
    while (!source.signal.aborted) {
      // Asked before reading: what the container wrote last is then read for certain.
      const running = follow && (await source.isRunning());
      for await (const chunk of chunks(file, offset)) {
        offset += chunk.length;
        const { lines, remainder } = splitLines(Buffer.concat([rest, chunk]));
        rest = remainder;
        for (const line of lines) yield* recordsOf(line, source.format);
      }
      const successor: FileHandle | undefined = follow ? await openSuccessor(source.path, file) : undefined;
      if (successor !== undefined) {
        await file.close();
        file = successor;
        offset = 0;
        rest = Buffer.alloc(0);
      } else if (running) await sleep(source.clock, POLL_MILLISECONDS, source.signal);
      else return;
    }
  } finally {
    await file.close();
  }
}

function* recordsOf(line: string, format: LogFormat): Generator<LogRecord> {
  const record = parseLogRecord(line, format);
  if (record !== undefined) yield record;
}

async function* chunks(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let position = from; ;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Whole lines only: a line whose end is not written yet stays in the remainder, and so does half a character. */
function splitLines(bytes: Buffer): { lines: string[]; remainder: Buffer<ArrayBuffer> } {
  const end = bytes.lastIndexOf(10);
  if (end < 0) return { lines: [], remainder: Buffer.from(bytes) };
  return { lines: bytes.subarray(0, end).toString('utf8').split('\n'), remainder: Buffer.from(bytes.subarray(end + 1)) };
}

/** The file now at the path, if it is another one: the log was rotated, or cut. */
async function openSuccessor(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const [own, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  if (there === undefined || (own.ino === there.ino && own.dev === there.dev)) return undefined;
  return open(path).catch(() => undefined);
}
