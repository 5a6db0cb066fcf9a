import { apiVersionOf, parseApiVersion, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import { encodeStored, openEnvelope, ProtobufCodec, type SchemaRegistry } from '@keelson/api/server';

const PROTOBUF_MAGIC = Buffer.from('k8s\0');

/** Reads what another server wrote in a form of its own: protobuf, upstream's default, or JSON in another order. */
export class StoredValues {
  readonly #schemas: SchemaRegistry;
  readonly #protobuf: ProtobufCodec;

  constructor(schemas: SchemaRegistry) {
    this.#schemas = schemas;
    this.#protobuf = new ProtobufCodec(schemas);
  }

  /** `value` in the form that this server stores. @throws Error for a kind that is not known, or bytes that are no object */
  convert(value: Uint8Array, stored: Resource): Uint8Array {
    const object = PROTOBUF_MAGIC.equals(value.subarray(0, PROTOBUF_MAGIC.length)) ? this.#fromProtobuf(value) : fromJson(value);
    return encodeStored({ ...object, kind: stored.kind, apiVersion: apiVersionOf(stored) });
  }

  #fromProtobuf(value: Uint8Array): KubernetesObject {
    const { apiVersion, kind, message } = openEnvelope(value);
    const type = this.#schemas.schemaOf({ ...parseApiVersion(apiVersion), kind });
    if (type === undefined) throw new Error(`the store holds a ${kind} of ${apiVersion}, which this server does not know`);
    // Decoding has made sure of the shape.
    return this.#protobuf.decode(message, type) as unknown as KubernetesObject;
  }
}

function fromJson(value: Uint8Array): KubernetesObject {
  return JSON.parse(Buffer.from(value).toString('utf8')) as KubernetesObject;
}
