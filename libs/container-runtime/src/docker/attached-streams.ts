import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';

type Output = NodeJS.WritableStream;

export interface AttachedStreams {
  readonly tty: boolean;
  readonly stdin?: Readable;
  readonly stdout?: Output;
  readonly stderr?: Output;
  readonly signal: AbortSignal;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Joins the connection of a Docker attach or exec to the caller's streams, at the pace of the slowest of them. The end of `stdin` closes
 * that direction only. Resolves when the engine has closed its side and everything it sent is written, or the signal aborts;
 * the connection is closed then, and `stdin` let go of.
 */
export async function joinStreams(connection: Duplex, streams: AttachedStreams): Promise<void> {
  const { stdin, signal } = streams;
  const abort = (): void => void connection.destroy();
  // A connection that breaks ends the loop below with this error; without a listener it would end the process.
  connection.on('error', () => undefined);
  signal.addEventListener('abort', abort, { once: true });
  if (stdin === undefined) connection.end();
  else stdin.pipe(connection);
  try {
    if (signal.aborted) return;
    for await (const { type, bytes } of streams.tty ? rawChunks(connection) : framedChunks(connection)) {
      await write(type === STDERR ? streams.stderr : streams.stdout, bytes, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    stdin?.unpipe(connection);
    connection.destroy();
  }
}

interface Chunk {
  readonly type: number;
  readonly bytes: Buffer;
}

async function* rawChunks(connection: Duplex): AsyncGenerator<Chunk> {
  for await (const bytes of connection as AsyncIterable<Buffer>) yield { type: 1, bytes };
}

/** Docker's framing without a terminal: a stream's number, three zeros, and the length, big-endian, before each piece of output. */
export async function* framedChunks(connection: AsyncIterable<Buffer>): AsyncGenerator<Chunk> {
  let header = Buffer.alloc(0);
  let type = 0;
  let remaining = 0;
  for await (const received of connection) {
    let rest = received;
    while (rest.length > 0) {
      if (remaining === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) break;
        type = header.readUInt8(0);
        remaining = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.subarray(0, remaining);
      rest = rest.subarray(bytes.length);
      remaining -= bytes.length;
      yield { type, bytes };
    }
  }
}

/** Waits for a full stream to drain; a reader that is gone doesn't stop the command, its output is dropped. */
async function write(output: Output | undefined, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (output?.writable !== true) return;
  if (output.write(bytes)) return;
  const settled = new AbortController();
  const options = { signal: AbortSignal.any([signal, settled.signal]) };
  try {
    await Promise.race([once(output, 'drain', options), once(output, 'close', options)]);
  } finally {
    settled.abort();
  }
}
