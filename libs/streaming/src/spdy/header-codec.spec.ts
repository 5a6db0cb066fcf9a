import { Deflate } from 'pako';
import { HeaderDecoder, HeaderEncoder } from './header-codec';
import { HEADER_DICTIONARY } from './header-dictionary';
import { SpdyProtocolError } from './protocol-error';

/** Compressed as on the wire. */
function block(bytes: Buffer): Buffer {
  const output: Uint8Array[] = [];
  const deflate = new Deflate({ dictionary: HEADER_DICTIONARY });
  deflate.onData = (chunk) => output.push(chunk);
  deflate.push(bytes, 2);
  return Buffer.concat(output);
}

describe('header blocks', () => {
  it('come out as they went in, block after block of one connection', () => {
    const encoder = new HeaderEncoder();
    const decoder = new HeaderDecoder();
    for (const headers of [{ streamtype: 'error', port: '80' }, {}, { streamtype: 'data', port: '80' }])
      expect(decoder.decode(encoder.encode(headers))).toEqual(headers);
  });

  it('get shorter when they repeat', () => {
    const encoder = new HeaderEncoder();
    const headers = { streamtype: 'data', port: '8080', requestid: '17' };
    expect(encoder.encode(headers).length).toBeGreaterThan(encoder.encode(headers).length);
  });

  it.each([
    ['no zlib stream', Buffer.from('this is no zlib stream')],
    ['a block that ends within its count', block(Buffer.from('0000', 'hex'))],
    ['a block that ends within a header', block(Buffer.from('00000001' + '000000ff' + '6161', 'hex'))],
    ['a block that says it has more headers than it has', block(Buffer.from('ffffffff', 'hex'))],
    ['a block with bytes left over', block(Buffer.from('00000000' + '61', 'hex'))],
    ['an empty name', block(Buffer.from('00000001' + '00000000' + '00000001' + '61', 'hex'))],
    ['a name that comes twice', block(Buffer.from('00000002' + '0000000161' + '0000000162' + '0000000161' + '0000000163', 'hex'))],
    ['a small block that inflates to a huge one', block(Buffer.alloc(10_000_000))],
  ])('are refused: %s', (_, bytes) => {
    expect(() => new HeaderDecoder().decode(bytes)).toThrow(SpdyProtocolError);
  });

  it('know the whole dictionary of the draft', () => {
    expect(HEADER_DICTIONARY).toHaveLength(1423);
  });
});
