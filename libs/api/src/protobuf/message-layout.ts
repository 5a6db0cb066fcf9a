import type { EmbeddedStruct, FieldSchema, TypeSchema } from '../schema/type-schema';

/** A part of a message: one of the object's fields, or a nested message that holds fields which JSON has inline. */
export type MessagePart =
  | { readonly type: 'field'; readonly number: number; readonly field: FieldSchema }
  | { readonly type: 'embedded'; readonly number: number; readonly parts: readonly MessagePart[] };

/** The parts of a type's message, by ascending number. Fields without a number, `kind` and `apiVersion`, are not part of it. */
export function messageLayout(type: TypeSchema): readonly MessagePart[] {
  return layout(type.fields, 0);
}

/** @param depth how many embedded structs the parts are already in */
function layout(fields: readonly FieldSchema[], depth: number): readonly MessagePart[] {
  const parts: MessagePart[] = [];
  const embedded = new Map<number, FieldSchema[]>();
  for (const field of fields) {
    if (field.number === undefined) continue;
    const struct: EmbeddedStruct | undefined = field.within[depth];
    if (struct === undefined) parts.push({ type: 'field', number: field.number, field });
    else embedded.set(struct.number, [...(embedded.get(struct.number) ?? []), field]);
  }
  for (const [number, inner] of embedded) parts.push({ type: 'embedded', number, parts: layout(inner, depth + 1) });
  return parts.sort((a, b) => a.number - b.number);
}
