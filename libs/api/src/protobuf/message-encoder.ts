import { Writer } from 'protobufjs/minimal';
import type { FieldSchema, ListSchema, MapSchema, SchemaOrSchema, TypeSchema, ValueSchema } from '../schema/type-schema';
import { messageLayout, type MessagePart } from './message-layout';
import { scalarCodec, type WriteValue } from './scalar-codecs';
import { BYTES, tagOf } from './wire';

type JsonObject = Readonly<Record<string, unknown>>;
type WriteFields = (object: JsonObject, writer: Writer) => void;

/** One value of a field, with its tag. */
type WriteTagged = (value: unknown, writer: Writer) => void;

/**
 * Writes objects as upstream's generated protobuf code does: fields by ascending number, a field that is no pointer even if it is zero,
 * and maps by ascending key. A type is compiled to closures when it is first met.
 */
export class MessageEncoder {
  /** By identity of the type. */
  readonly #compiled = new WeakMap<TypeSchema, WriteFields>();

  /** The message alone, without the envelope that says of what kind it is. */
  encode(object: JsonObject, type: TypeSchema): Buffer {
    const writer = Writer.create();
    this.#struct(type)(object, writer);
    return Buffer.from(writer.finish());
  }

  #struct(type: TypeSchema): WriteFields {
    const known = this.#compiled.get(type);
    if (known !== undefined) return known;
    let compiled: WriteFields | undefined;
    const write: WriteFields = (object, writer) => {
      compiled ??= this.#parts(messageLayout(type));
      compiled(object, writer);
    };
    this.#compiled.set(type, write);
    return write;
  }

  #parts(parts: readonly MessagePart[]): WriteFields {
    const writers = parts.map((part) =>
      part.type === 'field' ? this.#field(part.field, part.number) : this.#embedded(part.parts, part.number),
    );
    return (object, writer) => {
      for (const write of writers) write(object, writer);
    };
  }

  #embedded(parts: readonly MessagePart[], number: number): WriteFields {
    const write = this.#parts(parts);
    const tag = tagOf(number, BYTES);
    return (object, writer) => {
      writer.uint32(tag).fork();
      write(object, writer);
      writer.ldelim();
    };
  }

  #field({ name, value, presence }: FieldSchema, number: number): WriteFields {
    const write = this.#tagged(value, number);
    const onlyIfSet = presence === 'pointer' || isCollection(value) || value.type === 'bytes';
    const unset = value.type === 'bytes' && presence !== 'pointer' ? '' : undefined;
    return (object, writer) => {
      const given = object[name] ?? undefined;
      if (!onlyIfSet || (given !== undefined && given !== unset)) write(given, writer);
    };
  }

  #tagged(schema: ValueSchema, number: number): WriteTagged {
    if (schema.type === 'list') return this.#list(schema, number);
    if (schema.type === 'map') return this.#map(schema, number);
    const { wireType, write } = this.#value(schema);
    const tag = tagOf(number, wireType);
    return (value, writer) => {
      writer.uint32(tag);
      write(value, writer);
    };
  }

  #list({ items, boxed }: ListSchema, number: number): WriteTagged {
    if (boxed)
      return tagged(
        number,
        this.#message((value, writer) => this.#list({ type: 'list', items, boxed: false, goType: '' }, 1)(value, writer)),
      );
    const write = this.#tagged(items, number);
    return (value, writer) => {
      for (const item of value as readonly unknown[]) write(item, writer);
    };
  }

  #map({ values }: MapSchema, number: number): WriteTagged {
    const tag = tagOf(number, BYTES);
    const keyTag = tagOf(1, BYTES);
    const writeValue = this.#tagged(values, 2);
    return (value, writer) => {
      const map = value as JsonObject;
      for (const key of Object.keys(map).sort(byBytes)) {
        writer.uint32(tag).fork().uint32(keyTag).string(key);
        writeValue(map[key], writer);
        writer.ldelim();
      }
    };
  }

  #value(schema: Exclude<ValueSchema, ListSchema | MapSchema>): { wireType: number; write: WriteValue } {
    if (schema.type === 'struct') return { wireType: BYTES, write: this.#message(this.#structOrNothing(schema.struct)) };
    if (schema.type === 'schemaOr') return { wireType: BYTES, write: this.#message(this.#schemaOr(schema)) };
    return scalarCodec(schema.type);
  }

  #structOrNothing(type: TypeSchema): WriteTagged {
    const write = this.#struct(type);
    return (value, writer) => write((value ?? {}) as JsonObject, writer);
  }

  #message(write: WriteTagged): WriteValue {
    return (value, writer) => {
      writer.fork();
      write(value, writer);
      writer.ldelim();
    };
  }

  /** A boolean is field 1 and a schema field 2; of the others a schema is field 1 and a list field 2. */
  #schemaOr({ struct, or }: SchemaOrSchema): WriteTagged {
    const schema: ValueSchema = { type: 'struct', struct, goType: '' };
    const asSchema = this.#tagged(schema, or === 'boolean' ? 2 : 1);
    const items: ValueSchema = or === 'list' ? schema : { type: 'string', goType: 'string' };
    const asList = this.#list({ type: 'list', items, boxed: false, goType: '' }, 2);
    const asBoolean = this.#tagged({ type: 'boolean', goType: 'bool' }, 1);
    return (value, writer) => {
      if (Array.isArray(value)) return asList(value, writer);
      const isSchema = typeof value === 'object' && value !== null;
      if (or === 'boolean') asBoolean(isSchema || value === true, writer);
      if (isSchema) asSchema(value, writer);
    };
  }
}

const isCollection = ({ type }: ValueSchema): boolean => type === 'list' || type === 'map';

const tagged = (number: number, write: WriteValue): WriteTagged => {
  const tag = tagOf(number, BYTES);
  return (value, writer) => write(value, writer.uint32(tag));
};

/** Go sorts strings by their bytes, which differs from JavaScript's order only beyond the basic plane. */
const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
