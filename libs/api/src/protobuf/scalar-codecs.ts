import type { Reader, Writer } from 'protobufjs/minimal';
import { DecodeError } from '../codec/decode-context';
import type { ScalarType } from '../schema/type-schema';
import { BYTES, FIXED64, tagOf, VARINT } from './wire';

/** Writes a value without its tag; `undefined` is the type's zero value. */
export type WriteValue = (value: unknown, writer: Writer) => void;
/** Reads a value behind its tag; `undefined` stands for a zero that JSON does not write. */
export type ReadValue = (reader: Reader) => unknown;

export interface ScalarCodec {
  readonly wireType: number;
  readonly write: WriteValue;
  readonly read: ReadValue;
}

/** How a scalar travels in protobuf (k8s.io/apimachinery, the generated.proto files and the types they call custom). */
export function scalarCodec(type: ScalarType): ScalarCodec {
  return CODECS[type];
}

const CODECS: Readonly<Record<ScalarType, ScalarCodec>> = {
  string: {
    wireType: BYTES,
    write: (value, writer) => writer.string((value as string | undefined) ?? ''),
    read: (reader) => reader.string(),
  },
  boolean: { wireType: VARINT, write: (value, writer) => writer.bool(value === true), read: (reader) => reader.bool() },
  int32: { wireType: VARINT, write: (value, writer) => writer.int32((value as number | undefined) ?? 0), read: (reader) => reader.int32() },
  int64: { wireType: VARINT, write: (value, writer) => writer.int64((value as number | undefined) ?? 0), read: readInt64 },
  double: {
    wireType: FIXED64,
    write: (value, writer) => writer.double((value as number | undefined) ?? 0),
    read: (reader) => reader.double(),
  },
  bytes: {
    wireType: BYTES,
    write: (value, writer) => writer.bytes(Buffer.from((value as string | undefined) ?? '', 'base64')),
    read: (reader) => asBuffer(reader.bytes()).toString('base64'),
  },
  quantity: { wireType: BYTES, write: writeQuantity, read: readQuantity },
  time: { wireType: BYTES, write: writeTime, read: (reader) => readTime(reader, 0) },
  microTime: { wireType: BYTES, write: writeTime, read: (reader) => readTime(reader, 6) },
  intOrString: { wireType: BYTES, write: writeIntOrString, read: readIntOrString },
  rawObject: { wireType: BYTES, write: writeJsonText, read: readJsonText },
  json: { wireType: BYTES, write: writeJsonText, read: readJsonText },
};

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readInt64(reader: Reader): number {
  return Number(reader.int64());
}

/** Reads the fields of a nested message; `read` returns false for a field that it does not know. */
function readMessage(reader: Reader, read: (number: number) => boolean): void {
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

function writeQuantity(value: unknown, writer: Writer): void {
  writer
    .fork()
    .uint32(tagOf(1, BYTES))
    .string((value as string | undefined) ?? '0')
    .ldelim();
}

function readQuantity(reader: Reader): string {
  return readText(reader) ?? '0';
}

/** A message with one string, in field 1. */
function readText(reader: Reader): string | undefined {
  const end = reader.uint32() + reader.pos;
  let text: string | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === tagOf(1, BYTES)) text = reader.string();
    else reader.skipType(tag & 7);
  }
  return text;
}

/** A time that is not set is an empty message, which is how Go writes the zero time. */
function writeTime(value: unknown, writer: Writer): void {
  writer.fork();
  if (typeof value === 'string') {
    const nanos = Number((/\.(\d+)/.exec(value)?.[1] ?? '').padEnd(9, '0').slice(0, 9));
    const seconds = Math.floor(Date.parse(value) / 1000);
    writer.uint32(tagOf(1, VARINT)).int64(seconds).uint32(tagOf(2, VARINT)).int32(nanos);
  }
  writer.ldelim();
}

/** @param decimals of the seconds */
function readTime(reader: Reader, decimals: number): string | undefined {
  let seconds: number | undefined;
  let nanos = 0;
  readMessage(reader, (number) => {
    if (number === 1) seconds = readInt64(reader);
    else if (number === 2) nanos = reader.int32();
    return number === 1 || number === 2;
  });
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new DecodeError(`time of ${seconds} seconds is out of range`);
  const text = date.toISOString().slice(0, 19);
  return decimals === 0 ? `${text}Z` : `${text}.${String(nanos).padStart(9, '0').slice(0, decimals)}Z`;
}

function writeIntOrString(value: unknown, writer: Writer): void {
  const isString = typeof value === 'string';
  writer
    .fork()
    .uint32(tagOf(1, VARINT))
    .int64(isString ? 1 : 0)
    .uint32(tagOf(2, VARINT))
    .int32(typeof value === 'number' ? value : 0)
    .uint32(tagOf(3, BYTES))
    .string(isString ? value : '')
    .ldelim();
}

function readIntOrString(reader: Reader): number | string {
  const found = { type: 0, int: 0, string: '' };
  readMessage(reader, (number) => {
    if (number === 1) found.type = readInt64(reader);
    else if (number === 2) found.int = reader.int32();
    else if (number === 3) found.string = reader.string();
    return number >= 1 && number <= 3;
  });
  return found.type === 1 ? found.string : found.int;
}

/** Free-form JSON travels as its text, in field 1 of a message. */
function writeJsonText(value: unknown, writer: Writer): void {
  writer.fork();
  if (value !== undefined) writer.uint32(tagOf(1, BYTES)).string(JSON.stringify(value));
  writer.ldelim();
}

function readJsonText(reader: Reader): unknown {
  const text = readText(reader) ?? '';
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError(`a raw field holds no JSON: ${JSON.stringify(text.slice(0, 30))}`, { cause });
  }
}
