import { Deflate, Inflate } from 'pako';
import { HEADER_DICTIONARY } from './header-dictionary';
import { SpdyProtocolError } from './protocol-error';

/** By lower-case name. Several values of one name are kept apart by a NUL on the wire, by `, ` here. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** zlib's Z_SYNC_FLUSH: all output up to here, while the stream goes on. */
const SYNC_FLUSH = 2;
/** Of one inflated block; streams of Kubernetes carry a handful of short headers. */
const MAX_BLOCK_BYTES = 64 * 1024;

/** Compresses the header blocks of one direction of one connection. Blocks must be sent in the order in which they were encoded. */
export class HeaderEncoder {
  readonly #deflate = new Deflate({ dictionary: HEADER_DICTIONARY });
  #output: Uint8Array[] = [];

  constructor() {
    this.#deflate.onData = (chunk) => this.#output.push(chunk);
  }

  encode(headers: SpdyHeaders): Buffer {
    const entries = Object.entries(headers);
    this.#output = [];
    this.#deflate.push(Buffer.concat([uint32(entries.length), ...entries.flat().map(lengthPrefixed)]), SYNC_FLUSH);
    return Buffer.concat(this.#output);
  }
}

/** Inflates the header blocks of one direction of one connection, in the order in which they came. */
export class HeaderDecoder {
  readonly #inflate = new Inflate({ dictionary: HEADER_DICTIONARY });
  #output: Uint8Array[] = [];
  #size = 0;

  constructor() {
    this.#inflate.onData = (chunk) => {
      this.#size += chunk.length;
      if (this.#size > MAX_BLOCK_BYTES) throw new SpdyProtocolError(`a header block has more than ${MAX_BLOCK_BYTES} bytes`);
      this.#output.push(chunk);
    };
  }

  /** @throws SpdyProtocolError if the block is no valid one; the decoder is of no use after that */
  decode(block: Uint8Array): SpdyHeaders {
    this.#output = [];
    this.#size = 0;
    this.#inflate.push(block, SYNC_FLUSH);
    if (this.#inflate.err !== 0) throw new SpdyProtocolError(`a header block can not be inflated: zlib error ${this.#inflate.err}`);
    return readHeaders(Buffer.concat(this.#output));
  }
}

function readHeaders(block: Buffer): SpdyHeaders {
  let offset = 0;
  const take = (length: number): Buffer => {
    if (offset + length > block.length) throw new SpdyProtocolError(`a header block ends within a header: it has ${block.length} bytes`);
    offset += length;
    return block.subarray(offset - length, offset);
  };
  const takeString = (): string => take(take(4).readUInt32BE()).toString('latin1');
  const headers = new Map<string, string>();
  for (let left = take(4).readUInt32BE(); left > 0; left--) {
    const name = takeString();
    if (name === '' || headers.has(name))
      throw new SpdyProtocolError(`a header block has ${name === '' ? 'an empty name' : `${name} twice`}`);
    headers.set(name.toLowerCase(), takeString().split('\0').join(', '));
  }
  if (offset < block.length) throw new SpdyProtocolError(`a header block has ${block.length - offset} bytes too many`);
  return Object.fromEntries(headers);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function lengthPrefixed(text: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(text, 'latin1')), Buffer.from(text, 'latin1')]);
}
