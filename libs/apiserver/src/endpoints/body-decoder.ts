import type { GroupVersionKind, KubernetesObject } from '@keelson/apimachinery';

/** What becomes of fields that the kind does not have, or has twice; `fieldValidation` of the query. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** Takes a sentence for each field that was dropped, under `Warn`. */
  readonly warn: (sentence: string) => void;
}

/** Reads request bodies as objects of known kinds: structure checked, unknown fields dropped, values in canonical form, defaults filled in. */
export interface BodyDecoder {
  /**
   * @param contentType of the body; JSON if absent
   * @param expected what the URL asks for; a body that names another kind is refused
   * @throws StatusError BadRequest (400) for malformed or ill-typed bodies, UnsupportedMediaType (415)
   */
  decode(body: Buffer, contentType: string | undefined, expected: GroupVersionKind, options: DecodeOptions): KubernetesObject;
  /** The same for a value that is parsed already, such as the result of a patch. */
  decodeValue(value: unknown, expected: GroupVersionKind, options: DecodeOptions): KubernetesObject;
}
