/** SPDY/3.1 frames (section 2.2 and 2.6 of the draft), header blocks still compressed. */
export type SpdyFrame =
  /** One DATA frame may come in several pieces; `fin` is true only on the last one. */
  | { readonly type: 'data'; readonly streamId: number; readonly fin: boolean; readonly data: Buffer }
  | {
      readonly type: 'syn-stream';
      readonly streamId: number;
      readonly fin: boolean;
      readonly unidirectional: boolean;
      readonly block: Buffer;
    }
  | { readonly type: 'syn-reply'; readonly streamId: number; readonly fin: boolean; readonly block: Buffer }
  | { readonly type: 'rst-stream'; readonly streamId: number; readonly status: number }
  | { readonly type: 'settings'; readonly initialWindow: number | undefined }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goaway'; readonly lastStreamId: number; readonly status: number }
  | { readonly type: 'headers'; readonly streamId: number; readonly fin: boolean; readonly block: Buffer }
  | { readonly type: 'window-update'; readonly streamId: number; readonly delta: number };

export const VERSION = 3;
export const HEADER_BYTES = 8;

/** The numbers of the control frames. */
export const FRAME_TYPES = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Status codes of RST_STREAM (section 2.6.3). */
export const RESET = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5, flowControlError: 7 } as const;

/** Status codes of GOAWAY (section 2.6.6). */
export const GOAWAY = { ok: 0, protocolError: 1 } as const;

export const FLAG_FIN = 1;
export const FLAG_UNIDIRECTIONAL = 2;
/** Of SETTINGS: how many bytes of a stream may be on the way. */
export const SETTINGS_INITIAL_WINDOW_SIZE = 7;

export function dataFrame(streamId: number, data: Uint8Array, fin: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(streamId);
  header.writeUInt32BE((fin ? FLAG_FIN : 0) * 2 ** 24 + data.length, 4);
  return Buffer.concat([header, data]);
}

export function synStreamFrame(streamId: number, block: Uint8Array): Buffer {
  return controlFrame(FRAME_TYPES.synStream, [streamId, 0], Buffer.concat([Buffer.alloc(2), block]));
}

export function synReplyFrame(streamId: number, block: Uint8Array): Buffer {
  return controlFrame(FRAME_TYPES.synReply, [streamId], block);
}

export function rstStreamFrame(streamId: number, status: number): Buffer {
  return controlFrame(FRAME_TYPES.rstStream, [streamId, status]);
}

export function pingFrame(id: number): Buffer {
  return controlFrame(FRAME_TYPES.ping, [id]);
}

export function goawayFrame(lastStreamId: number, status: number): Buffer {
  return controlFrame(FRAME_TYPES.goaway, [lastStreamId, status]);
}

export function windowUpdateFrame(streamId: number, delta: number): Buffer {
  return controlFrame(FRAME_TYPES.windowUpdate, [streamId, delta]);
}

function controlFrame(type: number, words: readonly number[], rest: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEADER_BYTES + words.length * 4);
  head.writeUInt16BE(0x8000 | VERSION);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(words.length * 4 + rest.length, 4);
  words.forEach((word, index) => head.writeUInt32BE(word, HEADER_BYTES + index * 4));
  return Buffer.concat([head, rest]);
}
