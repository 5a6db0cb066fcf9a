import { duplexPair, type Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { FrameParser } from './frame-parser';
import { dataFrame, pingFrame, rstStreamFrame, synStreamFrame, windowUpdateFrame, type SpdyFrame } from './frames';
import { HeaderEncoder } from './header-codec';
import { SpdyConnection } from './spdy-connection';
import type { SpdyStream } from './spdy-stream';

interface Pair {
  readonly client: SpdyConnection;
  readonly server: SpdyConnection;
  readonly accepted: SpdyStream[];
}

function connected(onStream: (stream: SpdyStream) => void = () => undefined): Pair {
  const [near, far] = duplexPair();
  const accepted: SpdyStream[] = [];
  const client = new SpdyConnection(near, { role: 'client', onStream: refuse });
  const server = new SpdyConnection(far, {
    role: 'server',
    onStream: (stream) => {
      onStream(stream);
      accepted.push(stream);
    },
  });
  return { client, server, accepted };
}

const refuse = (): never => {
  throw new Error('no streams are expected');
};

/** A server, and a peer that speaks frames by hand. */
function byHand(): { peer: Duplex; frames: SpdyFrame[]; server: SpdyConnection; accepted: SpdyStream[] } {
  const [peer, far] = duplexPair();
  const frames: SpdyFrame[] = [];
  const parser = new FrameParser();
  peer.on('data', (chunk: Buffer) => frames.push(...parser.push(chunk)));
  const accepted: SpdyStream[] = [];
  const server = new SpdyConnection(far, { role: 'server', onStream: (stream) => accepted.push(stream) });
  return { peer, frames, server, accepted };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Long enough for everything that is under way in this process to arrive. */
async function settled(): Promise<void> {
  for (let round = 0; round < 50; round++) await turn();
}

const bytesIn = (frames: readonly SpdyFrame[]): number =>
  frames.reduce((sum, frame) => sum + (frame.type === 'data' ? frame.data.length : 0), 0);
const settings = (initialWindow: number): Buffer => {
  const frame = Buffer.from('8003000400' + '00000c' + '00000001' + '00000007' + '00000000', 'hex');
  frame.writeUInt32BE(initialWindow, 16);
  return frame;
};

describe('SpdyConnection', () => {
  it('carries bytes both ways, each half ended by itself', async () => {
    const { accepted, client } = connected();
    const stream = client.open({ streamtype: 'data', port: '80' });
    stream.end('question');
    await until(() => accepted.length === 1);
    const [received] = accepted;
    expect(received!.headers).toEqual({ streamtype: 'data', port: '80' });
    expect(await text(received!)).toBe('question');
    received!.end('answer');
    expect(await text(stream)).toBe('answer');
  });

  it('carries more than a window to and from a peer that never widens one', async () => {
    const { accepted, frames, peer, server } = byHand();
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    await until(() => accepted.length === 1);
    const big = Buffer.alloc(300_000, 'x');
    accepted[0]!.end(big);
    await until(() => bytesIn(frames) === big.length);
    const read = buffer(accepted[0]!);
    peer.write(dataFrame(1, big, true));
    expect(await read).toEqual(big);
    expect(server.signal.aborted).toBe(false);
  });

  it('sends no more than the windows of a peer that has shown them', async () => {
    const { accepted, frames, peer } = byHand();
    peer.write(settings(1000));
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    await until(() => accepted.length === 1);
    accepted[0]!.end(Buffer.alloc(2500));
    await until(() => bytesIn(frames) === 1000);
    await settled();
    expect(bytesIn(frames)).toBe(1000);
    peer.write(windowUpdateFrame(1, 400));
    await until(() => bytesIn(frames) === 1400);
    await settled();
    expect(bytesIn(frames)).toBe(1400);
    peer.write(windowUpdateFrame(1, 10_000));
    await until(() => frames.some((frame) => frame.type === 'data' && frame.fin));
    expect(bytesIn(frames)).toBe(2500);
  });

  it('keeps to the window of the connection across its streams', async () => {
    const { accepted, frames, peer } = byHand();
    const encoder = new HeaderEncoder();
    peer.write(settings(2 ** 20));
    peer.write(synStreamFrame(1, encoder.encode({})));
    peer.write(synStreamFrame(3, encoder.encode({})));
    await until(() => accepted.length === 2);
    for (const stream of accepted) stream.end(Buffer.alloc(50_000));
    await until(() => bytesIn(frames) === 65_536);
    await settled();
    expect(bytesIn(frames)).toBe(65_536);
    peer.write(windowUpdateFrame(0, 100_000));
    await until(() => bytesIn(frames) === 100_000);
  });

  it('widens a window only as what came is read', async () => {
    const { accepted, frames, peer } = byHand();
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    peer.write(dataFrame(1, Buffer.alloc(40_000), false));
    await until(() => accepted.length === 1);
    const updates = (): SpdyFrame[] => frames.filter((frame) => frame.type === 'window-update' && frame.streamId === 1);
    await settled();
    expect(updates()).toEqual([]);
    accepted[0]!.resume();
    await until(() => updates().length > 0);
    expect(updates()).toEqual([{ type: 'window-update', streamId: 1, delta: 40_000 }]);
  });

  it('reads no further while a reader is more than a window behind, and goes on when it has caught up', async () => {
    const { accepted, peer } = byHand();
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    const chunk = dataFrame(1, Buffer.alloc(16_000), false);
    for (let count = 0; count < 100; count++) peer.write(chunk);
    await settled();
    expect(accepted[0]!.readableLength).toBeLessThan(200_000);
    let read = 0;
    accepted[0]!.on('data', (data: Buffer) => (read += data.length));
    await until(() => read === 1_600_000);
  });

  it('lets others go on when the stream that was behind is destroyed', async () => {
    const { accepted, peer } = byHand();
    const encoder = new HeaderEncoder();
    peer.write(synStreamFrame(1, encoder.encode({})));
    for (let count = 0; count < 20; count++) peer.write(dataFrame(1, Buffer.alloc(16_000), false));
    peer.write(synStreamFrame(3, encoder.encode({})));
    await settled();
    expect(accepted).toHaveLength(1);
    accepted[0]!.destroy();
    await until(() => accepted.length === 2);
  });

  it('answers pings of the peer, and not the answers to its own', async () => {
    const { frames, peer } = byHand();
    peer.write(pingFrame(2));
    peer.write(pingFrame(1));
    await until(() => frames.length > 0);
    await settled();
    expect(frames).toEqual([{ type: 'ping', id: 1 }]);
  });

  it('closes a stream without an error when the peer resets it', async () => {
    const { accepted, peer } = byHand();
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    await until(() => accepted.length === 1);
    const closed = new Promise((resolve) => accepted[0]!.on('close', () => resolve(accepted[0]!.errored)));
    peer.write(rstStreamFrame(1, 5));
    expect(await closed).toBeNull();
  });

  it('resets a stream that is destroyed here, once', async () => {
    const { accepted, frames, peer } = byHand();
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    await until(() => accepted.length === 1);
    accepted[0]!.destroy();
    await until(() => frames.some(({ type }) => type === 'rst-stream'));
    peer.write(dataFrame(1, Buffer.from('late'), false));
    await settled();
    expect(frames.filter(({ type }) => type === 'rst-stream')).toEqual([{ type: 'rst-stream', streamId: 1, status: 5 }]);
  });

  it('refuses a stream that its owner does not want', async () => {
    const { client } = connected(refuse);
    const stream = client.open({});
    await new Promise((resolve) => stream.on('close', resolve));
    expect(client.signal.aborted).toBe(false);
  });

  it('tells the peer about data of a stream that never was', async () => {
    const { frames, peer } = byHand();
    peer.write(dataFrame(9, Buffer.from('x'), false));
    await until(() => frames.length > 0);
    expect(frames).toEqual([{ type: 'rst-stream', streamId: 9, status: 2 }]);
  });

  it.each([
    ['a frame that is not valid', Buffer.from('8002000600000004' + '00000001', 'hex')],
    ['a stream with a number of this side', synStreamFrame(2, new HeaderEncoder().encode({}))],
    ['headers that can not be inflated', synStreamFrame(1, Buffer.from('nonsense'))],
  ])('says good-bye at %s, and everything is over', async (_, bytes) => {
    const { frames, peer, server } = byHand();
    peer.write(bytes);
    await until(() => server.signal.aborted);
    await until(() => frames.length > 0);
    expect(frames).toEqual([{ type: 'goaway', lastStreamId: expect.any(Number) as number, status: 1 }]);
  });

  it('ends all streams when the peer is gone, and lets what was whole be read', async () => {
    const { accepted, peer, server } = byHand();
    const encoder = new HeaderEncoder();
    peer.write(synStreamFrame(1, encoder.encode({})));
    peer.write(dataFrame(1, Buffer.from('all of it'), true));
    peer.write(synStreamFrame(3, encoder.encode({})));
    peer.write(dataFrame(3, Buffer.from('half of'), false));
    await until(() => accepted.length === 2);
    peer.destroy();
    await until(() => server.signal.aborted);
    expect(await text(accepted[0]!)).toBe('all of it');
    expect(accepted[1]!.destroyed).toBe(true);
  });

  it('frees a sender that waits for a window when the peer is gone', async () => {
    const { accepted, peer } = byHand();
    peer.write(settings(10));
    peer.write(synStreamFrame(1, new HeaderEncoder().encode({})));
    await until(() => accepted.length === 1);
    const failed = new Promise((resolve) => accepted[0]!.write(Buffer.alloc(100), resolve));
    await settled();
    peer.destroy();
    expect(await failed).toBeInstanceOf(Error);
  });

  it('delivers what was written before it closes', async () => {
    const { accepted, client, server } = connected();
    const stream = client.open({});
    await until(() => accepted.length === 1);
    accepted[0]!.end(Buffer.alloc(100_000));
    stream.end();
    expect((await buffer(stream)).length).toBe(100_000);
    server.close();
    await until(() => client.signal.aborted);
  });
});
