import type { PatchField, PatchSchema } from '@keelson/apimachinery';
import type { FieldSchema, TypeSchema, ValueSchema } from './type-schema';

/** The strategic merge patch metadata of types. What it makes of a type is kept, and made only when a patch first touches it. */
export class PatchSchemas {
  /** By identity of the type. */
  readonly #schemas = new WeakMap<TypeSchema, PatchSchema>();

  of(type: TypeSchema): PatchSchema {
    const known = this.#schemas.get(type);
    if (known !== undefined) return known;
    const fields = new Map<string, PatchField>();
    const schema: PatchSchema = {
      name: type.shortName,
      field: (name) => fields.get(name) ?? this.#remember(fields, type, name),
    };
    this.#schemas.set(type, schema);
    return schema;
  }

  #remember(fields: Map<string, PatchField>, type: TypeSchema, name: string): PatchField | undefined {
    const field = type.fields.find((candidate) => candidate.name === name);
    if (field === undefined) return undefined;
    const patchField = this.#field(field);
    fields.set(name, patchField);
    return patchField;
  }

  #field({ value, patchStrategy, patchMergeKey }: FieldSchema): PatchField {
    const schema = this.#schemaOf(value);
    return {
      ...(patchStrategy === undefined ? {} : { patchStrategy }),
      ...(patchMergeKey === undefined ? {} : { mergeKey: patchMergeKey }),
      ...(schema === undefined ? {} : { schema }),
    };
  }

  /** Of the elements, if it is a list; a map is an object each of whose fields is of one type. */
  #schemaOf(value: ValueSchema): PatchSchema | undefined {
    if (value.type === 'struct') return this.of(value.struct);
    if (value.type === 'list') return this.#schemaOf(value.items);
    if (value.type !== 'map') return undefined;
    const schema = this.#schemaOf(value.values);
    return { name: value.goType, field: () => (schema === undefined ? {} : { schema }) };
  }
}
