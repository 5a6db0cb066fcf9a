import { MessageError } from './message-error';
import type { Name } from './protocol';

const MAX_NAME_BYTES = 255;
const POINTER = 0xc0;

/** The fields of a record of any type; its data lies from `start` to `end`. */
export interface RawRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Where the TTL stands in the message. */
  readonly ttlOffset: number;
  readonly start: number;
  readonly end: number;
}

/** Reads a message from front to back. Every method throws {@link MessageError} where the message ends too early or makes no sense. */
export class MessageReader {
  readonly bytes: Buffer;
  /** Where the next read begins. */
  offset: number;

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  word(): number {
    this.#need(2);
    this.offset += 2;
    return this.bytes.readUInt16BE(this.offset - 2);
  }

  long(): number {
    this.#need(4);
    this.offset += 4;
    return this.bytes.readUInt32BE(this.offset - 4);
  }

  /** A name, following pointers; they may only point backwards, so that no message goes round in circles. */
  name(): Name {
    const labels: string[] = [];
    let size = 1;
    let at = this.offset;
    let limit = at;
    let end: number | undefined;
    for (;;) {
      const length = this.#byte(at);
      if (length === 0) break;
      if (length >= POINTER) {
        end ??= at + 2;
        at = ((length & ~POINTER) << 8) | this.#byte(at + 1);
        if (at >= limit) throw new MessageError(`a name points forward, to byte ${at}`);
        limit = at;
        continue;
      }
      if (length > 63) throw new MessageError(`a label of an unknown kind at byte ${at}`);
      size += length + 1;
      if (size > MAX_NAME_BYTES || at + 1 + length > this.bytes.length) throw new MessageError('a name is too long');
      labels.push(this.bytes.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    this.offset = end ?? at + 1;
    return labels;
  }

  record(): RawRecord {
    const name = this.name();
    const [type, recordClass] = [this.word(), this.word()];
    const ttlOffset = this.offset;
    const ttl = this.long();
    const length = this.word();
    this.#need(length);
    const start = this.offset;
    this.offset += length;
    return { name, type, class: recordClass, ttl, ttlOffset, start, end: this.offset };
  }

  #byte(at: number): number {
    const byte = this.bytes[at];
    if (byte === undefined) throw new MessageError(`the message ends at byte ${this.bytes.length}, within a name`);
    return byte;
  }

  #need(count: number): void {
    if (this.offset + count > this.bytes.length)
      throw new MessageError(`the message ends at byte ${this.bytes.length}, ${count} more were to come after byte ${this.offset}`);
  }
}
