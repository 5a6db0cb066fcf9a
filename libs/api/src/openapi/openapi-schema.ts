import type { GroupVersionKind } from '@keelson/apimachinery';
import type { SchemaRegistry } from '../schema/schema-registry';
import type { FieldSchema, ScalarSchema, TypeSchema, ValueSchema } from '../schema/type-schema';

/** Part of an OpenAPI document. */
export type OpenApiNode = Readonly<Record<string, unknown>>;

/** The two versions differ in where types stand, and in how a reference takes a description beside it. */
export type OpenApiVersion = 2 | 3;

/** A type's description, and its fields' descriptions. */
export type Descriptions = Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Types that are no objects with fields but have a name in OpenAPI, by their Go names. */
const NAMED_SCALARS: Readonly<Record<string, string>> = {
  'resource.Quantity': 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'intstr.IntOrString': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'runtime.RawExtension': 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  'v1.Time': `${META}.Time`,
  'v1.MicroTime': `${META}.MicroTime`,
  'v1.FieldsV1': `${META}.FieldsV1`,
  'v1.JSON': `${APIEXTENSIONS}.JSON`,
  'v1.JSONSchemaPropsOrBool': `${APIEXTENSIONS}.JSONSchemaPropsOrBool`,
  'v1.JSONSchemaPropsOrArray': `${APIEXTENSIONS}.JSONSchemaPropsOrArray`,
  'v1.JSONSchemaPropsOrStringArray': `${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`,
};

/** The body of any patch; no kind has it. */
export const PATCH_TYPE = `${META}.Patch`;

/** Writes types as OpenAPI schemas, and remembers which types they refer to. */
export class OpenApiSchemas {
  readonly #schemas: SchemaRegistry;
  readonly #descriptions: Descriptions;
  readonly #version: OpenApiVersion;
  /** By full name; invariant: whatever a schema in here refers to is in here, or in {@link #pending}. */
  readonly #definitions = new Map<string, OpenApiNode>();
  readonly #pending = new Set<string>();

  constructor(schemas: SchemaRegistry, descriptions: Descriptions, version: OpenApiVersion) {
    this.#schemas = schemas;
    this.#descriptions = descriptions;
    this.#version = version;
  }

  /** A reference to a type by its full name; the type becomes one of {@link definitions}. */
  reference(name: string): OpenApiNode {
    if (!this.#definitions.has(name)) this.#pending.add(name);
    return { $ref: `${this.#version === 2 ? '#/definitions/' : '#/components/schemas/'}${name}` };
  }

  /** A reference to the schema of a kind; free-form where the kind has none. */
  referenceToKind(kind: GroupVersionKind): OpenApiNode {
    const type = this.#schemas.schemaOf(kind);
    return type === undefined ? { type: 'string' } : this.reference(type.name);
  }

  /** Every type that was referred to, and what those refer to, by name. */
  definitions(): OpenApiNode {
    for (const name of this.#pending) {
      this.#pending.delete(name);
      this.#definitions.set(name, this.#definition(name));
    }
    return Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #definition(name: string): OpenApiNode {
    const [description = ''] = this.#descriptions[name] ?? [];
    const described = description === '' ? {} : { description };
    const type = this.#schemas.typeNamed(name);
    return type === undefined ? { ...described, ...this.#scalarDefinition(name) } : { ...described, ...this.#objectDefinition(type) };
  }

  #objectDefinition(type: TypeSchema): OpenApiNode {
    const required = type.fields.filter((field) => field.required).map(({ name }) => name);
    const kind = this.#schemas.kindOf(type.name);
    const unions = this.#schemas.sourceType(type.name)?.unions;
    return {
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      properties: Object.fromEntries(type.fields.map((field) => [field.name, this.#property(type, field)])),
      ...(kind === undefined ? {} : { 'x-kubernetes-group-version-kind': [kind] }),
      ...(type.mapType === undefined ? {} : { 'x-kubernetes-map-type': type.mapType }),
      ...(unions === undefined ? {} : { 'x-kubernetes-unions': unions }),
    };
  }

  #scalarDefinition(name: string): OpenApiNode {
    const source = this.#schemas.sourceType(name);
    if (source?.format === 'int-or-string')
      return this.#version === 2
        ? { type: 'string', format: 'int-or-string' }
        : { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    if (this.#version === 3 && name.endsWith('.Quantity')) return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    if (source?.scalar === undefined) return {};
    return { type: source.scalar, ...(source.format === undefined ? {} : { format: source.format }) };
  }

  #property(owner: TypeSchema, field: FieldSchema): OpenApiNode {
    const description = this.#descriptions[owner.name]?.[1][field.name];
    const described = description === undefined ? {} : { description };
    const value = this.#value(field.value);
    const extensions = fieldExtensions(field);
    const hasDefault = field.default === undefined ? {} : { default: field.default };
    if (this.#version === 2 || !('$ref' in value)) return { ...described, ...value, ...hasDefault, ...extensions };
    return { ...described, ...hasDefault, allOf: [value], ...extensions };
  }

  #value(value: ValueSchema): OpenApiNode {
    switch (value.type) {
      case 'list':
        return { type: 'array', items: this.#value(value.items) };
      case 'map':
        return { type: 'object', additionalProperties: this.#value(value.values) };
      case 'struct':
        return this.reference(value.struct.name);
      default: {
        const named = NAMED_SCALARS[value.goType];
        return named === undefined ? plainScalar(value.type) : this.reference(named);
      }
    }
  }
}

function plainScalar(type: ScalarSchema['type'] | 'schemaOr'): OpenApiNode {
  switch (type) {
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'boolean':
      return { type: 'boolean' };
    case 'int32':
    case 'int64':
      return { type: 'integer', format: type };
    case 'double':
      return { type: 'number', format: 'double' };
    default:
      return { type: 'string' };
  }
}

function fieldExtensions({ listMapKeys, listType, mapType, patchMergeKey, patchStrategy }: FieldSchema): OpenApiNode {
  return {
    ...(listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': listMapKeys }),
    ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType }),
    ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }),
    ...(patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': patchStrategy }),
  };
}
