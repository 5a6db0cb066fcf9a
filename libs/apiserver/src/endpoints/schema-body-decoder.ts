import type { GroupVersionKind, KubernetesObject } from '@keelson/apimachinery';
import { MEDIA_TYPES, RequestDecoder, type Decoded, type KindRules, type SchemaRegistry } from '@keelson/api/server';
import type { BodyDecoder, DecodeOptions } from './body-decoder';

/** What a kind fills in by itself; undefined for kinds that declare nothing. */
export type RulesOf = (kind: GroupVersionKind) => KindRules<KubernetesObject> | undefined;

/** Decodes bodies by the schemas, and fills in the defaults of their kinds. */
export class SchemaBodyDecoder implements BodyDecoder {
  readonly #decoder: RequestDecoder;
  readonly #rulesOf: RulesOf;

  constructor(schemas: SchemaRegistry, rulesOf: RulesOf) {
    this.#decoder = new RequestDecoder(schemas);
    this.#rulesOf = rulesOf;
  }

  decode(body: Buffer, contentType: string | undefined, expected: GroupVersionKind, options: DecodeOptions): KubernetesObject {
    const { fieldValidation } = options;
    return this.#complete(this.#decoder.decode(body, mediaTypeOf(contentType), { expected, fieldValidation }), expected, options);
  }

  decodeValue(value: unknown, expected: GroupVersionKind, options: DecodeOptions): KubernetesObject {
    const { fieldValidation } = options;
    return this.#complete(this.#decoder.decodeValue(value, { expected, fieldValidation }), expected, options);
  }

  #complete({ object, warnings }: Decoded, kind: GroupVersionKind, { warn }: DecodeOptions): KubernetesObject {
    for (const warning of warnings) warn(warning);
    this.#rulesOf(kind)?.defaults?.(object);
    return object;
  }
}

function mediaTypeOf(contentType: string | undefined): string {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' ? MEDIA_TYPES.json : type;
}
