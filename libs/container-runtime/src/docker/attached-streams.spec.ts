import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { framedChunks, joinStreams } from './attached-streams';

const frame = (type: number, payload: string): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(Buffer.byteLength(payload), 4);
  return Buffer.concat([header, Buffer.from(payload)]);
};

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('framedChunks', () => {
  it.each([1, 3, 8, 9, 1000])('puts frames together that arrive in pieces of %d bytes', async (size) => {
    const sent = Buffer.concat([frame(1, 'out'), frame(2, 'error'), frame(1, ''), frame(1, 'put')]);
    const received = { 1: '', 2: '' };
    for await (const { type, bytes } of framedChunks(inPieces(sent, size))) received[type as 1 | 2] += bytes.toString();
    expect(received).toEqual({ 1: 'output', 2: 'error' });
  });
});

describe('joinStreams', () => {
  const engine = (answer: Buffer) => {
    const input = new PassThrough();
    const connection = Duplex.from({ writable: input, readable: inPieces(answer, 5) });
    return { connection, input: text(input) };
  };

  it('goes on reading after the input has ended', async () => {
    const { connection, input } = engine(Buffer.concat([frame(1, 'late answer')]));
    const stdout = new PassThrough();
    const output = text(stdout);
    const stdin = new PassThrough();
    stdin.end('question');
    await joinStreams(connection, { tty: false, stdin, stdout, signal: new AbortController().signal });
    stdout.end();
    expect(await output).toBe('late answer');
    expect(await input).toBe('question');
  });

  it('drops the output of a reader that is gone instead of waiting for it', async () => {
    const { connection } = engine(frame(1, 'x'.repeat(100_000)));
    const stdout = new PassThrough({ highWaterMark: 10 });
    stdout.once('readable', () => stdout.destroy());
    await joinStreams(connection, { tty: false, stdout, signal: new AbortController().signal });
    expect(connection.destroyed).toBe(true);
  });

  it('lets go of a full reader when it is aborted', async () => {
    const aborter = new AbortController();
    const { connection } = engine(frame(1, 'x'.repeat(1000)));
    const stdout = new PassThrough({ highWaterMark: 10 });
    stdout.once('readable', () => aborter.abort());
    await joinStreams(connection, { tty: false, stdout, signal: aborter.signal });
    expect(connection.destroyed).toBe(true);
  });
});
