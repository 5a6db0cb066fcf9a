import { apiVersionOf, parseApiVersion, StatusError, type GroupVersionKind, type KubernetesObject } from '@keelson/apimachinery';
import { kindOfEnvelope, openEnvelope } from '../protobuf/envelope';
import { MessageDecoder } from '../protobuf/message-decoder';
import type { SchemaRegistry } from '../schema/schema-registry';
import type { TypeSchema } from '../schema/type-schema';
import { DecodeError } from './decode-context';
import { duplicateFields } from './duplicate-fields';
import { jsonSyntaxProblem } from './json-syntax-problem';
import { ObjectDecoder } from './object-decoder';
import { parseYaml } from './yaml-body';

/** `metav1.CreateOptions.fieldValidation`. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** The media types of request bodies, in the order in which upstream names them. */
export const MEDIA_TYPES = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const;

/** What is decoded and how. */
export interface DecodeRequest {
  /** What the request's URL calls for; it also fills in a `kind` and `apiVersion` that the body leaves out. */
  readonly expected: GroupVersionKind;
  readonly fieldValidation: FieldValidation;
}

/** `T` is what the caller knows the kind to be; decoding has checked the object against that kind's schema. */
export interface Decoded<T extends KubernetesObject = KubernetesObject> {
  /** Pruned and normalised, with `kind` and `apiVersion`; nobody else holds it. */
  readonly object: T;
  /** For `Warning` headers: unknown and duplicate fields, if `fieldValidation` is Warn. */
  readonly warnings: readonly string[];
}

/** Upstream prints where its scheme was made; clients have been seen to show it, none to read it. */
const SCHEME = 'in scheme "pkg/runtime/scheme.go:111"';

/** Decodes the bodies of requests against the schemas of a registry. Every error it throws is a `BadRequest` in upstream's words. */
export class RequestDecoder {
  readonly #schemas: SchemaRegistry;
  readonly #decoder = new ObjectDecoder();
  readonly #messages = new MessageDecoder();

  constructor(schemas: SchemaRegistry) {
    this.#schemas = schemas;
  }

  /** @throws StatusError BadRequest; UnsupportedMediaType if there is no decoder for `mediaType` */
  decode<T extends KubernetesObject>(body: Uint8Array, mediaType: string, request: DecodeRequest): Decoded<T> {
    if (mediaType === MEDIA_TYPES.protobuf) return this.decodeProtobuf(body, request);
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    if (mediaType === MEDIA_TYPES.json) return this.decodeJson(text, request);
    if (mediaType === MEDIA_TYPES.yaml) return this.decodeYaml(text, request);
    const accepted = Object.values(MEDIA_TYPES).join(', ');
    const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
    throw StatusError.of('UnsupportedMediaType', message);
  }

  /** @throws StatusError BadRequest */
  decodeJson<T extends KubernetesObject>(body: string, request: DecodeRequest): Decoded<T> {
    const { value, duplicates } = this.#identified(body, request, () => {
      const parsed = parseJson(body);
      return { value: parsed, duplicates: request.fieldValidation === 'Ignore' ? [] : duplicateFields(body, parsed) };
    });
    const after = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
    return this.#decode<T>(value, { request, body, before: [], after });
  }

  /** @throws StatusError BadRequest */
  decodeYaml<T extends KubernetesObject>(body: string, request: DecodeRequest): Decoded<T> {
    const { value, strictErrors } = this.#identified(body, request, () => parseYaml(body));
    return this.#decode<T>(value, { request, body, before: strictErrors, after: [] });
  }

  /** Protobuf can say nothing that a strict client would want to hear of. @throws StatusError BadRequest */
  decodeProtobuf<T extends KubernetesObject>(body: Uint8Array, request: DecodeRequest): Decoded<T> {
    const envelope = this.#identified(body, request, () => openEnvelope(body));
    const kind = kindOfEnvelope(envelope, request.expected);
    const type = this.#typeOf(kind, request.expected);
    try {
      const object = this.#messages.decode(envelope.message, type);
      return { object: { kind: kind.kind, apiVersion: apiVersionOf(kind), ...object } as unknown as T, warnings: [] };
    } catch (error) {
      throw cannotBeHandled(kind, request.expected, asDecodeError(error));
    }
  }

  /**
   * Decodes what is parsed already: the outcome of a patch, or an object that a webhook returned.
   * @param value nobody else may hold it: it is written to, and the result shares its parts
   * @throws StatusError BadRequest
   */
  decodeValue<T extends KubernetesObject>(value: unknown, request: DecodeRequest): Decoded<T> {
    return this.#decode<T>(value, { request, body: '', before: [], after: [] });
  }

  #identified<R>(body: string | Uint8Array, { expected }: DecodeRequest, parse: () => R): R {
    try {
      return parse();
    } catch (error) {
      throw unrecognized(expected, asDecodeError(error), body);
    }
  }

  #decode<T extends KubernetesObject>(value: unknown, source: Source): Decoded<T> {
    const { expected, fieldValidation } = source.request;
    const kind = kindNamedBy(value ?? {}, source);
    const type = this.#typeOf(kind, expected);
    try {
      const { object, strictErrors } = this.#decoder.decode(value ?? {}, type);
      const errors = fieldValidation === 'Ignore' ? [] : [...source.before, ...strictErrors, ...outsideUnknown(source.after, strictErrors)];
      if (fieldValidation === 'Strict' && errors.length > 0) throw new DecodeError(`strict decoding error: ${errors.join(', ')}`);
      object['kind'] = kind.kind;
      object['apiVersion'] = apiVersionOf(kind);
      return { object: object as unknown as T, warnings: errors };
    } catch (error) {
      throw cannotBeHandled(kind, expected, asDecodeError(error));
    }
  }

  #typeOf(kind: GroupVersionKind, expected: GroupVersionKind): TypeSchema {
    const type = this.#schemas.schemaOf(kind);
    if (type === undefined) {
      const missing = `no kind ${JSON.stringify(kind.kind)} is registered for version ${JSON.stringify(apiVersionOf(kind))} ${SCHEME}`;
      throw cannotBeHandled(kind, expected, new DecodeError(missing));
    }
    if (kind.kind !== expected.kind) {
      const conversion = `converting (${kind.version}.${kind.kind}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`;
      throw cannotBeHandled(kind, expected, new DecodeError(conversion));
    }
    // Options are one type that every group version registers, so a client may name any of them.
    if (type !== this.#schemas.schemaOf(expected))
      throw StatusError.badRequest(
        `the API version in the data (${apiVersionOf(kind)}) does not match the expected API version (${apiVersionOf(expected)})`,
      );
    return type;
  }
}

interface Source {
  readonly request: DecodeRequest;
  readonly body: string;
  /** Strict errors of reading the text, in the order in which upstream reports them. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError(`couldn't get version/kind; json parse error: ${jsonSyntaxProblem(text)}`, { cause });
  }
}

/** What `kind` and `apiVersion` say, with what is left out taken from the request. @throws StatusError BadRequest if they can't be read */
function kindNamedBy(value: unknown, { request: { expected }, body }: Source): GroupVersionKind {
  const problem = identityProblem(value);
  if (problem !== undefined)
    throw unrecognized(expected, new DecodeError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${problem}`), body);
  const { kind = '', apiVersion = '' } = value as { kind?: string; apiVersion?: string };
  if (apiVersion.split('/').length > 2)
    throw unrecognized(expected, new DecodeError(`unexpected GroupVersion string: ${apiVersion}`), body);
  const { group, version } = apiVersion === '' ? expected : parseApiVersion(apiVersion);
  return { group, version, kind: kind === '' ? expected.kind : kind };
}

const IDENTITY_TYPE = String.raw`Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

function identityProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return `${goTypeOf(value)} into ${IDENTITY_TYPE}`;
  for (const [name, entry] of Object.entries(value as object))
    if ((name === 'kind' || name === 'apiVersion') && entry !== null && typeof entry !== 'string')
      return `${goTypeOf(entry)} into Go struct field .${name} of type string`;
  return undefined;
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Upstream skips an unknown field unread, so it finds no duplicates inside. */
function outsideUnknown(duplicates: readonly string[], strictErrors: readonly string[]): readonly string[] {
  const unknown = strictErrors.map((error) => error.replace(/^unknown field "(.*)"$/, 'duplicate field "$1'));
  return duplicates.filter((duplicate) => !unknown.some((path) => duplicate.startsWith(`${path}.`) || duplicate.startsWith(`${path}[`)));
}

/** What a client got wrong, as that; anything else is thrown on. A body that nests so deeply that the stack ends is the client's fault too. */
function asDecodeError(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  if (error instanceof RangeError) return new DecodeError('exceeded max depth', { cause: error });
  throw error;
}

function cannotBeHandled(kind: GroupVersionKind, expected: GroupVersionKind, error: DecodeError): StatusError {
  const message = `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${expected.kind}: ${error.message}`;
  return StatusError.badRequest(message, { cause: error });
}

function unrecognized(expected: GroupVersionKind, error: DecodeError, body: string | Uint8Array): StatusError {
  const message = `the object provided is unrecognized (must be of type ${expected.kind}): ${error.message} (${summary(body)})`;
  return StatusError.badRequest(message, { cause: error });
}

const SUMMARY_BYTES = 30;
const OPEN_BRACE = 0x7b;

/** The head of a body: as it is if it looks like JSON, else in hexadecimal. */
function summary(body: string | Uint8Array): string {
  const bytes = Buffer.from(body);
  if (bytes.length === 0) return '<empty>';
  const head = bytes.subarray(0, SUMMARY_BYTES).toString(bytes[0] === OPEN_BRACE ? 'utf8' : 'hex');
  return bytes.length > SUMMARY_BYTES ? `${head} ...` : head;
}

/** The Go package of a group's internal types. */
const internalPackage = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group));
