import type { Revision, StoredRecord } from '../store';

/**
 * How the tables hold their rows. Integers are 6 bytes, big-endian, so that byte order is numeric order; 2^48 revisions last
 * for 89 years at 100,000 writes a second.
 */
const INTEGER = 6;

/** One change as the table `records` holds it. A delete has no value. */
export interface Change {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: Revision;
  /** The revision that this change superseded; 0 if the key did not exist. */
  readonly previous: Revision;
  readonly value: Uint8Array;
}

const PUT = 1;
const DELETE = 2;
const KEY_OFFSET = 1 + INTEGER + 2;
const NO_VALUE = new Uint8Array(0);

export function encodeInteger(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(INTEGER);
  bytes.writeUIntBE(value, 0, INTEGER);
  return bytes;
}

export const decodeInteger = (bytes: Buffer, offset = 0): number => bytes.readUIntBE(offset, INTEGER);

/** Type, previous revision, length of the key, key, value. The revision is the row's key. */
export function encodeChange(change: Omit<Change, 'revision'>): Buffer {
  const keyLength = Buffer.byteLength(change.key);
  const bytes = Buffer.allocUnsafe(KEY_OFFSET + keyLength + change.value.length);
  bytes.writeUInt8(change.type === 'put' ? PUT : DELETE, 0);
  bytes.writeUIntBE(change.previous, 1, INTEGER);
  bytes.writeUInt16BE(keyLength, 1 + INTEGER);
  bytes.write(change.key, KEY_OFFSET);
  bytes.set(change.value, KEY_OFFSET + keyLength);
  return bytes;
}

export function decodeChange(revision: Revision, bytes: Buffer): Change {
  const keyEnd = KEY_OFFSET + bytes.readUInt16BE(1 + INTEGER);
  const type = bytes.readUInt8(0) === PUT ? 'put' : 'delete';
  const key = bytes.toString('utf8', KEY_OFFSET, keyEnd);
  return { type, key, revision, previous: bytes.readUIntBE(1, INTEGER), value: type === 'put' ? bytes.subarray(keyEnd) : NO_VALUE };
}

export const recordOf = (change: Change): StoredRecord => ({ key: change.key, value: change.value, revision: change.revision });

/** Key, NUL, revision: the versions of one key lie together, in order. Keys hold no NUL, so the order of keys is kept. */
export const encodeVersion = (key: string, revision: Revision): Buffer =>
  Buffer.concat([Buffer.from(key), Buffer.of(0), encodeInteger(revision)]);

export function decodeVersion(bytes: Buffer): { readonly key: Buffer; readonly revision: Revision } {
  const separator = bytes.length - INTEGER - 1;
  return { key: bytes.subarray(0, separator), revision: decodeInteger(bytes, separator + 1) };
}

/** When a record is due (milliseconds since the epoch), then the revision that made it. */
export const encodeExpiration = (due: number, revision: Revision): Buffer => Buffer.concat([encodeInteger(due), encodeInteger(revision)]);

export function decodeExpiration(bytes: Buffer): { readonly due: number; readonly revision: Revision } {
  return { due: decodeInteger(bytes), revision: decodeInteger(bytes, INTEGER) };
}
