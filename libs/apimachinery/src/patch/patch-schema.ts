/** What strategic merge patch needs to know of one field. */
export interface PatchField {
  /** `merge`, `replace`, `retainKeys`, or several of them with commas; lists are replaced and objects merged if absent. */
  readonly patchStrategy?: string;
  /** The field that tells the elements of a merged list apart. */
  readonly mergeKey?: string;
  /** The type of the field, or of its elements, where that is an object. */
  readonly schema?: PatchSchema;
}

/** The patch metadata of a type. Types refer to each other and to themselves, so fields are looked up when they are needed. */
export interface PatchSchema {
  /** For messages, such as `PodSpec`. */
  readonly name: string;
  /** Undefined for a field the schema does not know. */
  field(name: string): PatchField | undefined;
}

/** Of values without a schema: objects merge, lists are replaced. */
export const schemaless: PatchSchema = { name: 'object', field: () => undefined };

export function hasStrategy(field: PatchField | undefined, strategy: 'merge' | 'replace' | 'retainKeys'): boolean {
  return field?.patchStrategy?.split(',').includes(strategy) ?? false;
}
