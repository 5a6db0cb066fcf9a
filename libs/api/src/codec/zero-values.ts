import type { FieldSchema, TypeSchema, ValueSchema } from '../schema/type-schema';

/**
 * Makes a type's zero value as Go would write it: with a struct come the zero values of its fields that are always there.
 * `undefined` where JSON has no zero value: times, which Go writes as null, and free-form JSON.
 */
export function zeroOf(schema: ValueSchema): () => unknown {
  switch (schema.type) {
    case 'string':
    case 'bytes':
      return () => '';
    case 'boolean':
      return () => false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return () => 0;
    case 'quantity':
      return () => '0';
    case 'list':
      return () => [];
    case 'map':
      return () => ({});
    case 'struct':
      return () => zeroStruct(schema.struct);
    case 'time':
    case 'microTime':
    case 'rawObject':
    case 'json':
    case 'schemaOr':
      return () => undefined;
  }
}

/** The fields that are written even if nobody set them. */
export function alwaysPresent(type: TypeSchema): readonly FieldSchema[] {
  return type.fields.filter(({ presence, value }) => presence === 'always' && !HAVE_NO_ZERO.includes(value.type));
}

const HAVE_NO_ZERO: readonly ValueSchema['type'][] = ['time', 'microTime', 'rawObject', 'json', 'schemaOr'];

/** The zero value of a field that is always there; `undefined` if the type has no such field. */
export function zeroField(type: TypeSchema, name: string): unknown {
  const field = alwaysPresent(type).find((each) => each.name === name);
  return field === undefined ? undefined : zeroOf(field.value)();
}

function zeroStruct(type: TypeSchema): Record<string, unknown> {
  return Object.fromEntries(alwaysPresent(type).map(({ name, value }) => [name, zeroOf(value)()]));
}
