/** A message as TCP carries it: behind its length in two bytes (RFC 1035, 4.2.2). */
export function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(message.length + 2);
  frame.writeUInt16BE(message.length, 0);
  message.copy(frame, 2);
  return frame;
}

const LENGTH_BYTES = 2;

/**
 * Puts the messages of a stream together again, however it is cut into pieces. Holds at most one message that is not whole.
 * Invariant: between two calls `#size`, the bytes of `#pending`, is below `#needed`.
 */
export class FrameReader {
  readonly #onMessage: (message: Buffer) => void;
  #pending: Buffer[] = [];
  #size = 0;
  /** How many bytes it takes to get on: those of the length, or of the whole message with its length. */
  #needed = LENGTH_BYTES;

  constructor(onMessage: (message: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#needed) {
      const bytes = Buffer.concat(this.#pending);
      const end = LENGTH_BYTES + bytes.readUInt16BE(0);
      const isWhole = bytes.length >= end;
      this.#pending = [isWhole ? bytes.subarray(end) : bytes];
      this.#size = isWhole ? bytes.length - end : bytes.length;
      this.#needed = isWhole ? LENGTH_BYTES : end;
      if (isWhole) this.#onMessage(bytes.subarray(LENGTH_BYTES, end));
    }
  }
}
