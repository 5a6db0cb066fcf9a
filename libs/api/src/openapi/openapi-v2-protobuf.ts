import { Writer } from 'protobufjs/minimal';
import { BYTES, tagOf, VARINT } from '../protobuf/wire';
import type { OpenApiNode } from './openapi-schema';

/** The media type of `/openapi/v2` for kubectl. Clients ask for it with an `@` instead of the second point, too, which is no valid media type. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Writes a value of a document with its tag. */
type Write = (value: unknown, writer: Writer) => void;

/** How a message is written: its fields by their names in JSON, and the number under which `x-` extensions go. */
interface MessageForm {
  readonly fields: Readonly<Record<string, Write>>;
  readonly extensions?: number;
}

/**
 * An OpenAPI v2 document as gnostic's `openapi_v2.Document` message, of which this covers what {@link openApiV2} writes.
 * @see github.com/google/gnostic-models openapiv2/OpenAPIv2.proto
 */
export function encodeOpenApiV2(document: OpenApiNode): Buffer {
  const writer = Writer.create();
  writeMessage(document, DOCUMENT, writer);
  return Buffer.from(writer.finish());
}

function writeMessage(node: OpenApiNode, { fields, extensions }: MessageForm, writer: Writer): void {
  for (const [name, value] of Object.entries(node)) {
    const write = fields[name];
    if (write !== undefined) write(value, writer);
    else if (extensions !== undefined && name.startsWith('x-')) writeNamed(extensions, name, (inner) => any(2)(value, inner))(writer);
    else throw new Error(`an OpenAPI v2 document can't say ${name} in protobuf here`);
  }
}

const string =
  (number: number): Write =>
  (value, writer) =>
    void writer.uint32(tagOf(number, BYTES)).string(value as string);

const boolean =
  (number: number): Write =>
  (value, writer) =>
    void writer.uint32(tagOf(number, VARINT)).bool(value as boolean);

const each =
  (write: Write): Write =>
  (value, writer) => {
    for (const item of value as readonly unknown[]) write(item, writer);
  };

/** A nested message. `form` is a function where messages hold each other. */
const message =
  (number: number, form: () => MessageForm): Write =>
  (value, writer) => {
    writer.uint32(tagOf(number, BYTES)).fork();
    writeMessage(value as OpenApiNode, form(), writer);
    writer.ldelim();
  };

/** A message that holds nothing but what `write` writes of the same value. */
const box =
  (number: number, write: Write): Write =>
  (value, writer) => {
    writer.uint32(tagOf(number, BYTES)).fork();
    write(value, writer);
    writer.ldelim();
  };

/** Free-form values travel as YAML text, and JSON is YAML. */
const any = (number: number): Write => box(number, (value, writer) => string(2)(`${JSON.stringify(value)}\n`, writer));

/** An object as a repeated message of name (1) and value (2). */
const named =
  (number: number, write: Write): Write =>
  (value, writer) => {
    for (const [name, entry] of Object.entries(value as OpenApiNode)) writeNamed(number, name, (inner) => write(entry, inner))(writer);
  };

const writeNamed =
  (number: number, name: string, writeValue: (writer: Writer) => void) =>
  (writer: Writer): void => {
    writer.uint32(tagOf(number, BYTES)).fork().uint32(tagOf(1, BYTES)).string(name);
    writeValue(writer);
    writer.ldelim();
  };

const SCHEMA: MessageForm = {
  fields: {
    $ref: string(1),
    format: string(2),
    description: string(4),
    default: any(5),
    required: each(string(19)),
    additionalProperties: box(
      21,
      message(1, () => SCHEMA),
    ),
    type: box(22, string(1)),
    items: box(
      23,
      message(1, () => SCHEMA),
    ),
    properties: box(
      25,
      named(
        1,
        message(2, () => SCHEMA),
      ),
    ),
  },
  extensions: 31,
};

const BODY_PARAMETER: MessageForm = {
  fields: { name: string(2), in: string(3), required: boolean(4), schema: message(5, () => SCHEMA) },
};
const QUERY_PARAMETER: MessageForm = {
  fields: { required: boolean(1), in: string(2), name: string(4), type: string(6), uniqueItems: boolean(20) },
};
const PATH_PARAMETER: MessageForm = {
  fields: { required: boolean(1), in: string(2), name: string(4), type: string(5), uniqueItems: boolean(19) },
};

const PARAMETERS: Readonly<Record<string, Write>> = {
  body: message(1, () => BODY_PARAMETER),
  query: box(
    2,
    message(3, () => QUERY_PARAMETER),
  ),
  path: box(
    2,
    message(4, () => PATH_PARAMETER),
  ),
};

const parameter: Write = (value, writer) => {
  const place = String((value as OpenApiNode)['in']);
  const write = PARAMETERS[place];
  if (write === undefined) throw new Error(`an OpenAPI v2 parameter can't be in ${place}`);
  write(value, writer);
};

const RESPONSE: MessageForm = {
  fields: {
    description: string(1),
    schema: box(
      2,
      message(1, () => SCHEMA),
    ),
  },
};

const OPERATION: MessageForm = {
  fields: {
    tags: each(string(1)),
    operationId: string(5),
    produces: each(string(6)),
    consumes: each(string(7)),
    parameters: each(box(8, box(1, parameter))),
    responses: box(
      9,
      named(
        1,
        box(
          2,
          message(1, () => RESPONSE),
        ),
      ),
    ),
    schemes: each(string(10)),
  },
  extensions: 13,
};

const PATH_ITEM: MessageForm = {
  fields: {
    get: message(2, () => OPERATION),
    put: message(3, () => OPERATION),
    post: message(4, () => OPERATION),
    delete: message(5, () => OPERATION),
    patch: message(8, () => OPERATION),
    parameters: each(box(9, box(1, parameter))),
  },
};

const API_KEY: MessageForm = { fields: { type: string(1), name: string(2), in: string(3), description: string(4) } };

const DOCUMENT: MessageForm = {
  fields: {
    swagger: string(1),
    info: message(2, () => ({ fields: { title: string(1), version: string(2) } })),
    paths: box(
      8,
      named(
        2,
        message(2, () => PATH_ITEM),
      ),
    ),
    definitions: box(
      9,
      named(
        1,
        message(2, () => SCHEMA),
      ),
    ),
    security: each(box(12, named(1, box(2, each(string(1)))))),
    securityDefinitions: box(
      13,
      named(
        1,
        box(
          2,
          message(2, () => API_KEY),
        ),
      ),
    ),
  },
};
