import { Reader } from 'protobufjs/minimal';
import { DecodeError } from '../codec/decode-context';
import { alwaysPresent, zeroOf } from '../codec/zero-values';
import type { FieldSchema, ListSchema, MapSchema, SchemaOrSchema, TypeSchema, ValueSchema } from '../schema/type-schema';
import { messageLayout, type MessagePart } from './message-layout';
import { scalarCodec, type ReadValue } from './scalar-codecs';
import { BYTES } from './wire';

type JsonObject = Record<string, unknown>;

interface FieldReader {
  readonly name: string;
  readonly wireType: number;
  /** Reads one occurrence of the field into the object: a list grows, a message merges, a scalar is replaced. */
  read(reader: Reader, object: JsonObject): void;
}

interface CompiledType {
  /** By number. */
  readonly fields: readonly (FieldReader | undefined)[];
  /** Fills in what is written even when zero. */
  complete(object: JsonObject): void;
}

/**
 * Reads what {@link MessageEncoder} and upstream write, into the same form in which JSON is decoded: zero values that mean absent are
 * left out. Fields that the type does not have are skipped, as Go's code skips them.
 */
export class MessageDecoder {
  /** By identity of the type. */
  readonly #compiled = new WeakMap<TypeSchema, CompiledType>();

  /** @throws DecodeError if the bytes are no such message */
  decode(message: Uint8Array, type: TypeSchema): JsonObject {
    const reader = Reader.create(message);
    const object: JsonObject = {};
    try {
      this.#read(reader, message.length, this.#compile(type), object);
    } catch (error) {
      if (error instanceof RangeError) throw new DecodeError('unexpected EOF', { cause: error });
      throw error;
    }
    this.#compile(type).complete(object);
    return object;
  }

  #read(reader: Reader, end: number, { fields }: Pick<CompiledType, 'fields'>, object: JsonObject): void {
    while (reader.pos < end) {
      const tag = reader.uint32();
      const field = fields[tag >>> 3];
      const wireType = tag & 7;
      if (field === undefined) reader.skipType(wireType);
      else if (field.wireType !== wireType) throw new DecodeError(`proto: wrong wireType = ${wireType} for field ${field.name}`);
      else field.read(reader, object);
    }
    if (reader.pos > end) throw new DecodeError('unexpected EOF');
  }

  #compile(type: TypeSchema): CompiledType {
    const known = this.#compiled.get(type);
    if (known !== undefined) return known;
    const fields: (FieldReader | undefined)[] = [];
    const compiled: CompiledType = { fields, complete: completion(type) };
    this.#compiled.set(type, compiled);
    this.#addParts(messageLayout(type), fields);
    return compiled;
  }

  #addParts(parts: readonly MessagePart[], fields: (FieldReader | undefined)[]): void {
    for (const part of parts) fields[part.number] = part.type === 'field' ? this.#field(part.field) : this.#embedded(part.parts);
  }

  /** A nested message whose fields belong to the object itself. */
  #embedded(parts: readonly MessagePart[]): FieldReader {
    const fields: (FieldReader | undefined)[] = [];
    this.#addParts(parts, fields);
    return {
      name: 'embedded',
      wireType: BYTES,
      read: (reader, object) => this.#read(reader, reader.uint32() + reader.pos, { fields }, object),
    };
  }

  #field({ name, value, presence }: FieldSchema): FieldReader {
    if (value.type === 'list') return this.#list(name, value);
    if (value.type === 'map') return this.#map(name, value);
    if (value.type === 'struct') return this.#struct(name, value.struct);
    const { wireType, read } = this.#value(value);
    const omitsZero = presence === 'omitEmpty';
    return {
      name,
      wireType,
      read: (reader, object) => {
        const decoded = read(reader);
        if (decoded === undefined || (omitsZero && isZero(decoded))) Reflect.deleteProperty(object, name);
        else object[name] = decoded;
      },
    };
  }

  #struct(name: string, struct: TypeSchema): FieldReader {
    return {
      name,
      wireType: BYTES,
      read: (reader, object) => {
        const compiled = this.#compile(struct);
        const nested = (object[name] ??= {}) as JsonObject;
        this.#read(reader, reader.uint32() + reader.pos, compiled, nested);
        compiled.complete(nested);
      },
    };
  }

  #list(name: string, { items, boxed }: ListSchema): FieldReader {
    if (boxed) return this.#embedded([{ type: 'field', number: 1, field: listField(name, items) }]);
    const { wireType, read } = this.#value(items);
    const append = (object: JsonObject, item: unknown): number => ((object[name] ??= []) as unknown[]).push(item);
    return { name, wireType, read: (reader, object) => append(object, read(reader) ?? null) };
  }

  #map(name: string, { values }: MapSchema): FieldReader {
    const readValue = values.type === 'list' ? this.#boxedList(values) : this.#value(values).read;
    const zero = zeroOf(values);
    return {
      name,
      wireType: BYTES,
      read: (reader, object) => {
        const map = (object[name] ??= {}) as JsonObject;
        const end = reader.uint32() + reader.pos;
        let key = '';
        let value: unknown;
        while (reader.pos < end) {
          const tag = reader.uint32();
          if (tag >>> 3 === 1) key = reader.string();
          else if (tag >>> 3 === 2) value = readValue(reader);
          else reader.skipType(tag & 7);
        }
        Object.defineProperty(map, key, { value: value ?? zero(), enumerable: true, writable: true, configurable: true });
      },
    };
  }

  /** A list in a map: a message with one repeated field. */
  #boxedList({ items }: ListSchema): ReadValue {
    const fields = [undefined, this.#list('items', { type: 'list', items, boxed: false, goType: '' })];
    return (reader) => {
      const box: JsonObject = { items: [] };
      this.#read(reader, reader.uint32() + reader.pos, { fields }, box);
      return box['items'];
    };
  }

  #value(schema: ValueSchema): { wireType: number; read: ReadValue } {
    switch (schema.type) {
      case 'struct':
        return { wireType: BYTES, read: this.#message(schema.struct) };
      case 'schemaOr':
        return { wireType: BYTES, read: this.#schemaOr(schema) };
      case 'list':
        return { wireType: BYTES, read: this.#boxedList(schema) };
      case 'map':
        throw new Error('protobuf has no lists of maps and no maps of maps');
      default:
        return scalarCodec(schema.type);
    }
  }

  #message(struct: TypeSchema): ReadValue {
    return (reader) => {
      const compiled = this.#compile(struct);
      const object: JsonObject = {};
      this.#read(reader, reader.uint32() + reader.pos, compiled, object);
      compiled.complete(object);
      return object;
    };
  }

  /** See {@link MessageEncoder}: the numbers of schema, boolean and list. */
  #schemaOr({ struct, or }: SchemaOrSchema): ReadValue {
    const schema = this.#struct('schema', struct);
    const allows: FieldReader = { name: 'allows', wireType: 0, read: (reader, object) => (object['allows'] = reader.bool()) };
    const items: ValueSchema = or === 'list' ? { type: 'struct', struct, goType: '' } : { type: 'string', goType: 'string' };
    const list = this.#list('list', { type: 'list', items, boxed: false, goType: '' });
    const fields = or === 'boolean' ? [undefined, allows, schema] : [undefined, schema, list];
    return (reader) => {
      const box: JsonObject = {};
      this.#read(reader, reader.uint32() + reader.pos, { fields }, box);
      return box['schema'] ?? box['list'] ?? box['allows'];
    };
  }
}

function listField(name: string, items: ValueSchema): FieldSchema {
  const value: ListSchema = { type: 'list', items, boxed: false, goType: '' };
  return { name, value, presence: 'omitEmpty', required: false, within: [], number: 1 };
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false;

function completion(type: TypeSchema): (object: JsonObject) => void {
  let always: readonly { readonly name: string; readonly zero: () => unknown }[] | undefined;
  return (object) => {
    always ??= alwaysPresent(type).map(({ name, value }) => ({ name, zero: zeroOf(value) }));
    for (const { name, zero } of always) object[name] ??= zero();
  };
}
