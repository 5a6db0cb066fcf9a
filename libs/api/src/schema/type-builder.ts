import type { SourceField, SourceType } from './schema-source';
import type {
  EmbeddedStruct,
  FieldSchema,
  Presence,
  ScalarSchema,
  ScalarType,
  SchemaOrSchema,
  TypeSchema,
  ValueSchema,
} from './type-schema';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Types that are no objects with fields, with their Go names. */
const WELL_KNOWN: Readonly<Record<string, ScalarSchema>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'quantity', goType: 'resource.Quantity' },
  [`${META}.Time`]: { type: 'time', goType: 'v1.Time' },
  [`${META}.MicroTime`]: { type: 'microTime', goType: 'v1.MicroTime' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: 'intOrString', goType: 'intstr.IntOrString' },
  [`${META}.FieldsV1`]: { type: 'rawObject', goType: 'v1.FieldsV1' },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { type: 'rawObject', goType: 'runtime.RawExtension' },
  [`${APIEXTENSIONS}.JSON`]: { type: 'json', goType: 'v1.JSON' },
};

const SCHEMA_OR: Readonly<Record<string, SchemaOrSchema['or']>> = {
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: 'boolean',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: 'list',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: 'stringList',
};

const GO_SCALARS: Readonly<Partial<Record<ScalarType, string>>> = {
  string: 'string',
  bytes: '[]uint8',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
};

/** Builds {@link TypeSchema}s from the table. A type's fields are built when first read, so types may refer to each other in circles. */
export class TypeBuilder {
  readonly #source: (name: string) => SourceType | undefined;
  /** By full name; invariant: one object per type, so that what is compiled for it can be kept by identity. */
  readonly #types = new Map<string, TypeSchema>();

  constructor(source: (name: string) => SourceType | undefined) {
    this.#source = source;
  }

  /** @throws Error if the table has no such type */
  type(name: string): TypeSchema {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const source = this.#source(name);
    if (source === undefined) throw new Error(`the schema table has no type ${name}`);
    const type = new LazyType(name, source, (field) => this.#value(field, name));
    this.#types.set(name, type);
    return type;
  }

  #value(field: SourceField, owner: string): ValueSchema {
    if (field.list !== undefined) {
      const items = this.#value(field.list, owner);
      return { type: 'list', items, boxed: field.boxed ?? false, goType: field.goType ?? `[]${items.goType}` };
    }
    if (field.map !== undefined) {
      const values = this.#value(field.map, owner);
      return { type: 'map', values, goType: field.goType ?? `map[string]${values.goType}` };
    }
    if (field.ref !== undefined) return this.#reference(field.ref, owner);
    const type = scalarType(field);
    return { type, goType: field.goType ?? GO_SCALARS[type] ?? type };
  }

  #reference(ref: string, owner: string): ValueSchema {
    const name = ref.includes('.') ? ref : `${owner.slice(0, owner.lastIndexOf('.'))}.${ref}`;
    const wellKnown = WELL_KNOWN[name];
    if (wellKnown !== undefined) return wellKnown;
    const or = SCHEMA_OR[name];
    if (or !== undefined) return { type: 'schemaOr', struct: this.type(`${APIEXTENSIONS}.JSONSchemaProps`), or, goType: goNameOf(name) };
    return { type: 'struct', struct: this.type(name), goType: goNameOf(name) };
  }
}

class LazyType implements TypeSchema {
  readonly name: string;
  readonly shortName: string;
  readonly kind?: string;
  readonly mapType?: 'atomic' | 'granular';
  readonly preservesUnknownFields = false;
  readonly #source: SourceType;
  readonly #value: (field: SourceField) => ValueSchema;
  #fields: readonly FieldSchema[] | undefined;

  constructor(name: string, source: SourceType, value: (field: SourceField) => ValueSchema) {
    this.name = name;
    this.shortName = name.slice(name.lastIndexOf('.') + 1);
    if (source.kind !== undefined) this.kind = source.kind;
    if (source.mapType !== undefined) this.mapType = source.mapType;
    this.#source = source;
    this.#value = value;
  }

  get fields(): readonly FieldSchema[] {
    this.#fields ??= Object.entries(this.#source.fields ?? {}).map(([name, field]) => fieldSchema(name, field, this.#value(field)));
    return this.#fields;
  }
}

function fieldSchema(name: string, source: SourceField, value: ValueSchema): FieldSchema {
  const { listType, listMapKeys, mapType, patchStrategy, patchMergeKey, number } = source;
  return {
    name,
    value,
    presence: presenceOf(source, value),
    required: source.required === true,
    within: embeddedStructs(source.within ?? {}),
    ...(number === undefined ? {} : { number }),
    ...('default' in source ? { default: source.default } : {}),
    ...(listType === undefined ? {} : { listType }),
    ...(listMapKeys === undefined ? {} : { listMapKeys }),
    ...(mapType === undefined ? {} : { mapType }),
    ...(patchStrategy === undefined ? {} : { patchStrategy }),
    ...(patchMergeKey === undefined ? {} : { patchMergeKey }),
  };
}

const embeddedStructs = (within: Readonly<Record<string, number>>): readonly EmbeddedStruct[] =>
  Object.entries(within).map(([name, number]) => ({ name, number }));

/** Go writes a struct that is no pointer even if it says `omitempty`, and so do quantities and int-or-strings, which are structs. */
function presenceOf(source: SourceField, value: ValueSchema): Presence {
  if (source.pointer === true) return 'pointer';
  if (source.omitEmpty === true) return 'omitEmpty';
  if (source.required === true || source.always === true) return 'always';
  return isGoStruct(value) ? 'always' : 'omitEmpty';
}

const isGoStruct = ({ type }: ValueSchema): boolean => type === 'struct' || type === 'quantity' || type === 'intOrString';

function scalarType({ type, format }: SourceField): ScalarType {
  if (type === 'integer') return format === 'int64' ? 'int64' : 'int32';
  if (type === 'number') return 'double';
  if (type === 'boolean') return 'boolean';
  return format === 'byte' ? 'bytes' : 'string';
}

/** `v1.PodSpec` from `io.k8s.api.core.v1.PodSpec`. */
const goNameOf = (name: string): string => name.split('.').slice(-2).join('.');
