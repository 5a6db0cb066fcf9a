import { FLAG_FIN, FLAG_UNIDIRECTIONAL, FRAME_TYPES, HEADER_BYTES, SETTINGS_INITIAL_WINDOW_SIZE, VERSION, type SpdyFrame } from './frames';
import { SpdyProtocolError } from './protocol-error';

/** Of a control frame; a header block of Kubernetes has some hundred bytes. */
const MAX_CONTROL_BYTES = 64 * 1024;
const LOW_31_BITS = 0x7fffffff;

/** Where a piece of a DATA frame belongs, and how much of the frame is still to come. */
interface OpenData {
  readonly streamId: number;
  readonly fin: boolean;
  readonly left: number;
}

/**
 * Frames out of bytes that come in pieces of any size. It never holds more than one control frame: data is passed on as it comes, however
 * long its frame says it is.
 */
export class FrameParser {
  /** What came and makes no frame yet; always shorter than one control frame. */
  #pending: Buffer = Buffer.alloc(0);
  #data: OpenData | undefined;

  /** @throws SpdyProtocolError at the first frame that is not valid; those before it have been yielded */
  *push(chunk: Buffer): Generator<SpdyFrame> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (true) {
      const data = this.#data;
      if (data !== undefined) {
        if (this.#pending.length === 0) return;
        yield this.#takeData(data);
        continue;
      }
      if (this.#pending.length < HEADER_BYTES) return;
      if ((this.#pending.readUInt8(0) & 0x80) === 0) {
        const frame = this.#openData();
        if (frame !== undefined) yield frame;
        continue;
      }
      const size = controlSize(this.#pending);
      if (this.#pending.length < HEADER_BYTES + size) return;
      const frame = readControl(this.#take(HEADER_BYTES + size));
      if (frame !== undefined) yield frame;
    }
  }

  /** @returns a frame if it has no data and is whole therefore */
  #openData(): SpdyFrame | undefined {
    const header = this.#take(HEADER_BYTES);
    const streamId = header.readUInt32BE();
    if (streamId === 0) throw new SpdyProtocolError('a DATA frame belongs to stream 0');
    const open = { streamId, fin: (header.readUInt8(4) & FLAG_FIN) !== 0, left: header.readUIntBE(5, 3) };
    if (open.left === 0) return { type: 'data', streamId, fin: open.fin, data: Buffer.alloc(0) };
    this.#data = open;
    return undefined;
  }

  #takeData({ fin, left, streamId }: OpenData): SpdyFrame {
    const data = this.#take(Math.min(left, this.#pending.length));
    const isLast = data.length === left;
    this.#data = isLast ? undefined : { streamId, fin, left: left - data.length };
    return { type: 'data', streamId, fin: fin && isLast, data };
  }

  #take(length: number): Buffer {
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }
}

function controlSize(header: Buffer): number {
  const version = header.readUInt16BE() & 0x7fff;
  if (version !== VERSION) throw new SpdyProtocolError(`a control frame has version ${version}, not ${VERSION}`);
  const size = header.readUIntBE(5, 3);
  if (size > MAX_CONTROL_BYTES) throw new SpdyProtocolError(`a control frame has ${size} bytes, more than ${MAX_CONTROL_BYTES}`);
  return size;
}

type Read = (payload: Buffer, flags: number) => SpdyFrame;

const hasFin = (flags: number): boolean => (flags & FLAG_FIN) !== 0;

/** By type: the least size of the payload, and how to read it. */
const READERS: Readonly<Record<number, { readonly least: number; readonly read: Read }>> = {
  [FRAME_TYPES.synStream]: {
    least: 10,
    read: (payload, flags) => ({
      type: 'syn-stream',
      streamId: streamIdOf(payload),
      fin: hasFin(flags),
      unidirectional: (flags & FLAG_UNIDIRECTIONAL) !== 0,
      block: payload.subarray(10),
    }),
  },
  [FRAME_TYPES.synReply]: {
    least: 4,
    read: (payload, flags) => ({ type: 'syn-reply', streamId: streamIdOf(payload), fin: hasFin(flags), block: payload.subarray(4) }),
  },
  [FRAME_TYPES.rstStream]: {
    least: 8,
    read: (payload) => ({ type: 'rst-stream', streamId: streamIdOf(payload), status: payload.readUInt32BE(4) }),
  },
  [FRAME_TYPES.settings]: { least: 4, read: readSettings },
  [FRAME_TYPES.ping]: { least: 4, read: (payload) => ({ type: 'ping', id: payload.readUInt32BE() }) },
  [FRAME_TYPES.goaway]: {
    least: 8,
    read: (payload) => ({ type: 'goaway', lastStreamId: payload.readUInt32BE() & LOW_31_BITS, status: payload.readUInt32BE(4) }),
  },
  [FRAME_TYPES.headers]: {
    least: 4,
    read: (payload, flags) => ({ type: 'headers', streamId: streamIdOf(payload), fin: hasFin(flags), block: payload.subarray(4) }),
  },
  [FRAME_TYPES.windowUpdate]: {
    least: 8,
    read: (payload) => ({
      type: 'window-update',
      streamId: payload.readUInt32BE() & LOW_31_BITS,
      delta: payload.readUInt32BE(4) & LOW_31_BITS,
    }),
  },
};

/** @returns undefined for a type that is not known: such frames are to be passed over */
function readControl(frame: Buffer): SpdyFrame | undefined {
  const type = frame.readUInt16BE(2);
  const reader = READERS[type];
  const payload = frame.subarray(HEADER_BYTES);
  if (reader === undefined) return undefined;
  if (payload.length < reader.least)
    throw new SpdyProtocolError(`a control frame of type ${type} has ${payload.length} bytes, fewer than ${reader.least}`);
  return reader.read(payload, frame.readUInt8(4));
}

function streamIdOf(payload: Buffer): number {
  const streamId = payload.readUInt32BE() & LOW_31_BITS;
  if (streamId === 0) throw new SpdyProtocolError('a control frame of a stream names stream 0');
  return streamId;
}

function readSettings(payload: Buffer): SpdyFrame {
  const count = payload.readUInt32BE();
  if (payload.length !== 4 + count * 8) throw new SpdyProtocolError(`a SETTINGS frame of ${count} entries has ${payload.length} bytes`);
  let initialWindow: number | undefined;
  for (let offset = 4; offset < payload.length; offset += 8)
    if (payload.readUIntBE(offset + 1, 3) === SETTINGS_INITIAL_WINDOW_SIZE) initialWindow = payload.readUInt32BE(offset + 4) & LOW_31_BITS;
  return { type: 'settings', initialWindow };
}
