import type { FieldSchema, ListSchema, MapSchema, SchemaOrSchema, TypeSchema, ValueSchema } from '../schema/type-schema';
import { DecodeContext, type FieldStep } from './decode-context';
import { scalarDecoder, type Decode } from './scalar-decoders';
import { alwaysPresent, zeroOf } from './zero-values';

type JsonObject = Record<string, unknown>;

interface FieldPlan extends FieldStep {
  readonly decode: Decode;
  /** The value has parts of its own, so it is entered: errors inside it name it. */
  readonly nested: boolean;
  /** Zero means absent. */
  readonly omitEmpty: boolean;
  /** A string that needs no other check, which is what most fields are. */
  readonly plainString: boolean;
}

/**
 * Checks and prunes parsed JSON against a {@link TypeSchema}, in one pass and in place: unknown fields, nulls and zero values that mean
 * absent go, zero values that Go would write are filled in, quantities and times become canonical, and a value of a wrong type ends it.
 * A type is compiled to closures when it is first met (docs/adr/0001).
 */
export class ObjectDecoder {
  /** By identity of the type. Invariant: an entry is there before its fields are compiled, so types may refer to each other in circles. */
  readonly #compiled = new WeakMap<TypeSchema, Decode>();

  /**
   * @param value parsed JSON that nobody else holds: it is written to, and the result may share its parts
   * @returns the object, and what a strict client wants to hear of, such as `unknown field "spec.foo"`
   * @throws DecodeError if a value is of a wrong type
   */
  decode(value: unknown, type: TypeSchema): { object: JsonObject; strictErrors: string[] } {
    const context = new DecodeContext();
    const object = this.#struct(type)(value, context) as JsonObject;
    return { object, strictErrors: context.strictErrors };
  }

  #struct(type: TypeSchema): Decode {
    const known = this.#compiled.get(type);
    if (known !== undefined) return known;
    let compiled: Decode | undefined;
    const decode: Decode = (value, context, field) => {
      compiled ??= this.#compile(type);
      return compiled(value, context, field);
    };
    this.#compiled.set(type, decode);
    return decode;
  }

  #compile(type: TypeSchema): Decode {
    const plans = new Map(type.fields.map((field) => [field.name, this.#plan(field)]));
    const always = alwaysPresent(type).map(({ name, value }) => ({ name, zero: zeroOf(value) }));
    const goType = type.name.split('.').slice(-2).join('.');
    return (value, context, field) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw context.mismatch(value, goType, field);
      const outer = context.type;
      context.type = type;
      const object = decodeFields(value as JsonObject, plans, type, context);
      for (const { name, zero } of always) object[name] ??= zero();
      context.type = outer;
      return object;
    };
  }

  #plan({ name, value, presence, within }: FieldSchema): FieldPlan {
    return {
      name,
      goName: [...within.map((struct) => struct.name), name].join('.'),
      decode: this.#value(value),
      nested: isNested(value),
      omitEmpty: presence === 'omitEmpty',
      plainString: value.type === 'string' && value.goType === 'string',
    };
  }

  #value(schema: ValueSchema): Decode {
    switch (schema.type) {
      case 'struct':
        return this.#struct(schema.struct);
      case 'list':
        return this.#list(schema);
      case 'map':
        return this.#map(schema);
      case 'schemaOr':
        return this.#schemaOr(schema);
      default:
        return scalarDecoder(schema.type, schema.goType);
    }
  }

  #list({ items, goType }: ListSchema): Decode {
    const decode = this.#value(items);
    const zero = zeroOf(items);
    const nested = isNested(items);
    return (value, context, field) => {
      if (!Array.isArray(value)) throw context.mismatch(value, goType, field);
      const list = value as unknown[];
      for (let index = 0; index < list.length; index++) {
        const item = list[index];
        if (nested) context.enter(index);
        list[index] = item === null ? zero() : decode(item, context);
        if (nested) context.leave();
      }
      return list;
    };
  }

  #map({ values, goType }: MapSchema): Decode {
    const decode = this.#value(values);
    const zero = zeroOf(values);
    const nested = isNested(values);
    return (value, context, field) => {
      if (typeof value !== 'object' || Array.isArray(value)) throw context.mismatch(value, goType, field);
      const map = value as JsonObject;
      for (const key in map) {
        const entry = map[key];
        if (nested) context.enter(key);
        const decoded = entry === null ? zero() : decode(entry, context);
        if (nested) context.leave();
        if (decoded !== entry) Object.defineProperty(map, key, { value: decoded, enumerable: true, writable: true, configurable: true });
      }
      return map;
    };
  }

  #schemaOr({ struct, or }: SchemaOrSchema): Decode {
    const schema = this.#struct(struct);
    const goType = `v1.${struct.shortName}`;
    const schemas = this.#list({ type: 'list', items: { type: 'struct', struct, goType }, boxed: false, goType: `[]${goType}` });
    const strings = this.#list({ type: 'list', items: { type: 'string', goType: 'string' }, boxed: false, goType: '[]string' });
    return (value, context, field) => {
      if (or === 'boolean' && typeof value === 'boolean') return value;
      if (or === 'list' && Array.isArray(value)) return schemas(value, context, field);
      if (or === 'stringList' && Array.isArray(value)) return strings(value, context, field);
      return schema(value, context, field);
    };
  }
}

const isNested = ({ type }: ValueSchema): boolean => type === 'struct' || type === 'list' || type === 'map' || type === 'schemaOr';

/** @returns `object` itself, or a copy without what is dropped: deleting would make it slow for all who read it later */
function decodeFields(object: JsonObject, plans: ReadonlyMap<string, FieldPlan>, type: TypeSchema, context: DecodeContext): JsonObject {
  let dropped: Set<string> | undefined;
  for (const name in object) {
    const plan = plans.get(name);
    const value = object[name];
    if (plan === undefined) {
      if (type.preservesUnknownFields) continue;
      context.unknownField(name);
      dropped = (dropped ?? new Set()).add(name);
    } else if (value === null) {
      dropped = (dropped ?? new Set()).add(name);
    } else if (plan.plainString && typeof value === 'string') {
      if (value === '' && plan.omitEmpty) dropped = (dropped ?? new Set()).add(name);
    } else {
      if (plan.nested) context.enter(plan);
      const decoded = plan.nested ? plan.decode(value, context) : plan.decode(value, context, plan);
      if (plan.nested) context.leave();
      if (plan.omitEmpty && isEmpty(decoded)) dropped = (dropped ?? new Set()).add(name);
      else if (decoded !== value) object[name] = decoded;
    }
  }
  return dropped === undefined ? object : without(object, dropped);
}

/** Whether Go's `omitempty` leaves a value out; structs are never asked. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === '' || value === 0 || value === false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function without(object: JsonObject, dropped: ReadonlySet<string>): JsonObject {
  const kept: JsonObject = {};
  for (const name in object) if (!dropped.has(name) && name !== '__proto__') kept[name] = object[name];
  return kept;
}
