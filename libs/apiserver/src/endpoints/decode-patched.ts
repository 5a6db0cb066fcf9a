import {
  FieldErrors,
  FieldPath,
  goText,
  StatusError,
  type GroupVersionKind,
  type Json,
  type KubernetesObject,
} from '@keelson/apimachinery';
import { DecodeError } from '@keelson/api/server';
import type { BodyDecoder, DecodeOptions } from './body-decoder';
import type { PatchDocument } from './patch-document';

const STRICT = 'strict decoding error: ';

/**
 * What a patch has made of an object, as an object of `kind` again.
 * @throws StatusError Invalid (422) if it is none any more: the object was one, so the patch is what is wrong
 */
export function decodePatched(
  decoder: BodyDecoder,
  patched: Json,
  { kind, options, patch }: { readonly kind: GroupVersionKind; readonly patch: PatchDocument; readonly options: DecodeOptions },
): KubernetesObject {
  const duplicates = duplicatesIn(patch, options);
  try {
    const object = decoder.decodeValue(patched, kind, options);
    if (duplicates.length === 0) return object;
    if (options.fieldValidation === 'Strict') throw notAnObject(patch, patched, STRICT + duplicates.join(', '));
    for (const duplicate of duplicates) options.warn(duplicate);
    return object;
  } catch (error) {
    if (!StatusError.is(error, 'BadRequest')) throw error;
    const why = error.cause instanceof DecodeError ? error.cause.message : error.message;
    throw notAnObject(patch, patched, why.startsWith(STRICT) ? STRICT + [...duplicates, why.slice(STRICT.length)].join(', ') : why);
  }
}

function duplicatesIn(patch: PatchDocument, { fieldValidation }: DecodeOptions): readonly string[] {
  if (patch.type === 'json' || fieldValidation === 'Ignore') return [];
  return patch.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
}

function notAnObject(patch: PatchDocument, patched: Json, why: string): StatusError {
  const errors = new FieldErrors();
  errors.invalid(FieldPath.of('patch'), patch.type === 'strategic' ? goText(patch.document) : JSON.stringify(patched), why);
  return StatusError.invalid({ group: '', kind: '' }, '', errors);
}
