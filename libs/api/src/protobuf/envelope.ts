import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '@keelson/apimachinery';
import { Reader, Writer } from 'protobufjs/minimal';
import { DecodeError } from '../codec/decode-context';
import { BYTES, MAGIC, tagOf } from './wire';

/** What an envelope says of the message in it. `kind` and `apiVersion` are empty where the sender left them out. */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Uint8Array;
}

/** Every protobuf body: `k8s\0` and a `runtime.Unknown` that names the kind and holds the message. */
export function sealEnvelope(kind: GroupVersionKind, message: Uint8Array): Buffer {
  return Buffer.concat([envelopeHead(kind, message.length), message, ENVELOPE_TAIL]);
}

/** What stands before the message, so that a message can be sent from the buffers it lies in. */
export function envelopeHead(kind: GroupVersionKind, messageLength: number): Buffer {
  const writer = Writer.create();
  writer
    .uint32(tagOf(1, BYTES))
    .fork()
    .uint32(tagOf(1, BYTES))
    .string(apiVersionOf(kind))
    .uint32(tagOf(2, BYTES))
    .string(kind.kind)
    .ldelim();
  writer.uint32(tagOf(2, BYTES)).uint32(messageLength);
  return Buffer.concat([MAGIC, writer.finish()]);
}

/** What stands behind it: content encoding and content type, both empty. */
export const ENVELOPE_TAIL: Buffer = Buffer.from([tagOf(3, BYTES), 0, tagOf(4, BYTES), 0]);

/** @throws DecodeError in upstream's words if the bytes are no envelope */
export function openEnvelope(body: Uint8Array): Envelope {
  if (body.length === 0) throw new DecodeError('empty data');
  if (!MAGIC.equals(body.subarray(0, MAGIC.length)))
    throw new DecodeError(`provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(' ')}]`);
  if (body.length === MAGIC.length) throw new DecodeError('empty body');
  try {
    return readUnknown(Reader.create(body.subarray(MAGIC.length)));
  } catch (error) {
    if (error instanceof RangeError) throw new DecodeError('unexpected EOF', { cause: error });
    throw error;
  }
}

/** The kind that an envelope names, with what it leaves out taken from `expected`. */
export function kindOfEnvelope({ apiVersion, kind }: Envelope, expected: GroupVersionKind): GroupVersionKind {
  const { group, version } = apiVersion === '' ? expected : parseApiVersion(apiVersion);
  return { group, version, kind: kind === '' ? expected.kind : kind };
}

function readUnknown(reader: Reader): Envelope {
  let identity = { apiVersion: '', kind: '' };
  let message: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === tagOf(1, BYTES)) identity = readTypeMeta(reader);
    else if (tag === tagOf(2, BYTES)) message = reader.bytes();
    else reader.skipType(tag & 7);
  }
  return { ...identity, message };
}

function readTypeMeta(reader: Reader): { apiVersion: string; kind: string } {
  const end = reader.uint32() + reader.pos;
  const identity = { apiVersion: '', kind: '' };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === tagOf(1, BYTES)) identity.apiVersion = reader.string();
    else if (tag === tagOf(2, BYTES)) identity.kind = reader.string();
    else reader.skipType(tag & 7);
  }
  return identity;
}
