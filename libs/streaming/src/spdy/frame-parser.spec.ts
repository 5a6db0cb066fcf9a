import { FrameParser } from './frame-parser';
import { dataFrame, goawayFrame, pingFrame, rstStreamFrame, windowUpdateFrame, type SpdyFrame } from './frames';
import { HeaderDecoder } from './header-codec';
import { SpdyProtocolError } from './protocol-error';

/** Written by moby/spdystream 0.5.1: two SYN_STREAMs (1 and 3), PING 1, DATA of stream 3 with FIN, RST_STREAM 3, GOAWAY. */
const RECORDED = Buffer.from(
  '800300010000003e0000000100000000000078f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c60616061c0c0c0c0590489c64c50f26634' +
    '00000000ffff80030001000000290000000300000000000002c9601565afd0cd2dcd29c90417b20c49181680caaa4474f301000000ffff8003000600000004000000' +
    '01000000030100000568656c6c6f8003000300000008000000030000000580030007000000080000000300000000',
  'hex',
);

function parse(...chunks: readonly Buffer[]): SpdyFrame[] {
  const parser = new FrameParser();
  return chunks.flatMap((chunk) => [...parser.push(chunk)]);
}

/** Pieces of one DATA frame put together again, as how they are cut depends on how they came. */
function joined(frames: readonly SpdyFrame[]): SpdyFrame[] {
  return frames.reduce<SpdyFrame[]>((all, frame) => {
    const last = all.at(-1);
    if (frame.type !== 'data' || last?.type !== 'data' || last.fin) return [...all, frame];
    return [...all.slice(0, -1), { ...frame, data: Buffer.concat([last.data, frame.data]) }];
  }, []);
}

function control(type: number, payload: Buffer, version = 3): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8000 | version);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

describe('FrameParser', () => {
  it('reads what the SPDY library of Kubernetes writes', () => {
    const frames = parse(RECORDED);
    expect(frames.map(({ type }) => type)).toEqual(['syn-stream', 'syn-stream', 'ping', 'data', 'rst-stream', 'goaway']);
    const decoder = new HeaderDecoder();
    const headers = frames.flatMap((frame) => (frame.type === 'syn-stream' ? [decoder.decode(frame.block)] : []));
    expect(headers).toEqual([
      { streamtype: 'error', port: '8080', requestid: '0' },
      { streamtype: 'data', port: '8080', requestid: '0', 'x-multi': 'a, b' },
    ]);
    expect(frames.slice(2)).toEqual([
      { type: 'ping', id: 1 },
      { type: 'data', streamId: 3, fin: true, data: Buffer.from('hello') },
      { type: 'rst-stream', streamId: 3, status: 5 },
      { type: 'goaway', lastStreamId: 3, status: 0 },
    ]);
  });

  it('reads the same wherever the bytes are cut', () => {
    const whole = parse(RECORDED);
    for (let cut = 1; cut < RECORDED.length; cut++) expect(joined(parse(RECORDED.subarray(0, cut), RECORDED.subarray(cut)))).toEqual(whole);
    expect(joined(parse(...Array.from(RECORDED, (byte) => Buffer.of(byte))))).toEqual(whole);
  });

  it('passes data on before its frame is whole, and tells the end only with the last piece', () => {
    const frame = dataFrame(1, Buffer.from('abcdef'), true);
    const parser = new FrameParser();
    expect([...parser.push(frame.subarray(0, 10))]).toEqual([{ type: 'data', streamId: 1, fin: false, data: Buffer.from('ab') }]);
    expect([...parser.push(frame.subarray(10))]).toEqual([{ type: 'data', streamId: 1, fin: true, data: Buffer.from('cdef') }]);
  });

  it('reads an empty DATA frame, which ends a stream', () => {
    expect(parse(dataFrame(5, Buffer.alloc(0), true))).toEqual([{ type: 'data', streamId: 5, fin: true, data: Buffer.alloc(0) }]);
  });

  it('finds the initial window among the settings', () => {
    const payload = Buffer.from('00000002' + '00000004' + '00000064' + '00000007' + '00001000', 'hex');
    expect(parse(control(4, payload))).toEqual([{ type: 'settings', initialWindow: 4096 }]);
  });

  it('passes over control frames of types that it does not know', () => {
    expect(parse(control(77, Buffer.from('what?')), pingFrame(2))).toEqual([{ type: 'ping', id: 2 }]);
  });

  it('reads what it writes', () => {
    expect(parse(rstStreamFrame(7, 3), goawayFrame(9, 1), windowUpdateFrame(0, 2 ** 31 - 1))).toEqual([
      { type: 'rst-stream', streamId: 7, status: 3 },
      { type: 'goaway', lastStreamId: 9, status: 1 },
      { type: 'window-update', streamId: 0, delta: 2 ** 31 - 1 },
    ]);
  });

  it.each([
    ['another version', control(6, Buffer.alloc(4), 2)],
    ['a control frame that is too long', Buffer.from('8003000100ffffff', 'hex')],
    ['a control frame that is too short', control(1, Buffer.alloc(9))],
    ['settings that do not fill their frame', control(4, Buffer.from('00000002', 'hex'))],
    ['data of stream 0', dataFrame(0, Buffer.alloc(1), false)],
    ['a stream that is number 0', control(1, Buffer.alloc(10))],
  ])('refuses %s', (_, bytes) => {
    expect(() => parse(bytes)).toThrow(SpdyProtocolError);
  });

  it('throws nothing but protocol errors, whatever comes', () => {
    // A generator of its own, so that a failure can be repeated.
    let seed = 42;
    const random = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31);
    for (let round = 0; round < 2000; round++) {
      const bytes = Buffer.from(RECORDED);
      for (let changes = random() % 4; changes >= 0; changes--) bytes[random() % bytes.length] = random() % 256;
      try {
        const decoder = new HeaderDecoder();
        for (const frame of parse(bytes)) if (frame.type === 'syn-stream') decoder.decode(frame.block);
      } catch (error) {
        expect(error).toBeInstanceOf(SpdyProtocolError);
      }
    }
  });
});
