import { StatusError, type GroupVersionKind, type KubernetesObject } from '@keelson/apimachinery';
import { RequestDecoder, type KindRules, type SchemaRegistry } from '@keelson/api/server';
import type { BodyDecoder, DecodeOptions } from './body-decoder';

/** What a kind fills in by itself; undefined for kinds that declare nothing. */
export type RulesOf = (kind: GroupVersionKind) => KindRules<KubernetesObject> | undefined;

const UNSUPPORTED =
  'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** Decodes bodies by the schemas, and fills in the defaults of their kinds. */
export class SchemaBodyDecoder implements BodyDecoder {
  readonly #decoder: RequestDecoder;
  readonly #rulesOf: RulesOf;

  constructor(schemas: SchemaRegistry, rulesOf: RulesOf) {
    this.#decoder = new RequestDecoder(schemas);
    this.#rulesOf = rulesOf;
  }

  decode(body: Buffer, contentType: string | undefined, expected: GroupVersionKind, options: DecodeOptions): KubernetesObject {
    const { fieldValidation, warn } = options;
    const request = { expected, fieldValidation };
    const decoded = this.#decodeAs(mediaTypeOf(contentType), body, request);
    for (const warning of decoded.warnings) warn(warning);
    return this.#withDefaults(decoded.object, expected);
  }

  decodeValue(value: unknown, expected: GroupVersionKind, { fieldValidation, warn }: DecodeOptions): KubernetesObject {
    const { object, warnings } = this.#decoder.decodeValue(value, { expected, fieldValidation });
    for (const warning of warnings) warn(warning);
    return this.#withDefaults(object, expected);
  }

  #decodeAs(
    mediaType: string,
    body: Buffer,
    request: Parameters<RequestDecoder['decodeJson']>[1],
  ): ReturnType<RequestDecoder['decodeJson']> {
    switch (mediaType) {
      case 'application/json':
        return this.#decoder.decodeJson(body.toString('utf8'), request);
      case 'application/yaml':
        return this.#decoder.decodeYaml(body.toString('utf8'), request);
      default:
        throw StatusError.of('UnsupportedMediaType', UNSUPPORTED);
    }
  }

  #withDefaults(object: KubernetesObject, kind: GroupVersionKind): KubernetesObject {
    this.#rulesOf(kind)?.defaults?.(object);
    return object;
  }
}

function mediaTypeOf(contentType: string | undefined): string {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' ? 'application/json' : type;
}
