import type { GroupVersionKind } from '@keelson/apimachinery';
import { Writer } from 'protobufjs/minimal';
import type { SchemaRegistry } from '../schema/schema-registry';
import type { TypeSchema } from '../schema/type-schema';
import { sealEnvelope } from './envelope';
import { MessageDecoder } from './message-decoder';
import { MessageEncoder } from './message-encoder';
import { BYTES, tagOf } from './wire';

/** ObjectMeta.resourceVersion and ListMeta's fields, as `metav1` numbers them. */
const METADATA = 1;
const OBJECT_RESOURCE_VERSION = 6;
const ITEMS = 2;
const EVENT_TYPE = 1;
const EVENT_OBJECT = 2;
const RAW = 1;

/**
 * Objects as protobuf messages. It is made for bytes: an object's message is made once, without its resource version, and is part of every
 * answer: alone, as an item of a list, and in watch events.
 */
export class ProtobufCodec {
  readonly #schemas: SchemaRegistry;
  readonly #encoder = new MessageEncoder();
  readonly #decoder = new MessageDecoder();

  constructor(schemas: SchemaRegistry) {
    this.#schemas = schemas;
  }

  /** The message of an object, without envelope. @throws Error if the kind is not registered */
  encode(object: object, kind: GroupVersionKind): Buffer {
    return this.#encoder.encode(object as Readonly<Record<string, unknown>>, this.#typeOf(kind));
  }

  /** A whole body: the envelope and the object's message. @throws Error if the kind is not registered */
  encodeBody(object: object, kind: GroupVersionKind): Buffer {
    return sealEnvelope(kind, this.encode(object, kind));
  }

  /** @throws DecodeError if the bytes are no message of that type */
  decode(message: Uint8Array, type: TypeSchema): Record<string, unknown> {
    return this.#decoder.decode(message, type);
  }

  /** A list's message: its metadata and the messages of its items. */
  encodeList(kind: GroupVersionKind, metadata: object, items: readonly Uint8Array[]): Buffer {
    const head = this.encode({ metadata }, { ...kind, kind: `${kind.kind}List` });
    return Buffer.concat([head, ...items.flatMap((item) => [lengthDelimited(ITEMS, item.length), item])]);
  }

  #typeOf(kind: GroupVersionKind): TypeSchema {
    const type = this.#schemas.schemaOf(kind);
    if (type === undefined) throw new Error(`no schema is registered for ${kind.kind} in ${kind.group}/${kind.version}`);
    return type;
  }
}

/**
 * What gives a message its resource version when it is appended: a second `metadata` with that one field. Protobuf merges the
 * occurrences of a message field, the last one's fields winning, so nothing before it has to be rewritten.
 */
export function resourceVersionMessage(resourceVersion: string): Buffer {
  const writer = Writer.create();
  writer.uint32(tagOf(METADATA, BYTES)).fork().uint32(tagOf(OBJECT_RESOURCE_VERSION, BYTES)).string(resourceVersion).ldelim();
  return Buffer.from(writer.finish());
}

/** A frame of a watch stream in protobuf: four bytes of length, and a WatchEvent whose object is a whole body. */
export function watchFrame(type: string, body: Uint8Array): Buffer {
  const writer = Writer.create();
  writer.uint32(tagOf(EVENT_TYPE, BYTES)).string(type);
  writer.uint32(tagOf(EVENT_OBJECT, BYTES)).fork().uint32(tagOf(RAW, BYTES)).bytes(body).ldelim();
  const event = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function lengthDelimited(number: number, length: number): Uint8Array {
  return Writer.create().uint32(tagOf(number, BYTES)).uint32(length).finish();
}
