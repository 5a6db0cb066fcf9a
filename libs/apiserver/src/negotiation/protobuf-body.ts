import { parseApiVersion } from '@keelson/apimachinery';
import { ProtobufCodec, sealEnvelope, type SchemaRegistry } from '@keelson/api/server';

/** Makes a protobuf body of a JSON value; undefined where the value is of no kind that has a message. */
export type ProtobufBody = (value: unknown) => Buffer | undefined;

/** For answers that no encoder makes, since they are no stored objects: a `Status`, a review, discovery. */
export function protobufBody(schemas: SchemaRegistry): ProtobufBody {
  const codec = new ProtobufCodec(schemas);
  return (value) => {
    const { apiVersion = '', kind = '' } = value as { readonly apiVersion?: string; readonly kind?: string };
    const named = { ...parseApiVersion(apiVersion), kind };
    // The oldest documents of discovery carry no version.
    const known = apiVersion === '' ? { ...named, version: 'v1' } : named;
    return kind === '' || schemas.schemaOf(known) === undefined ? undefined : sealEnvelope(named, codec.encode(value as object, known));
  };
}
