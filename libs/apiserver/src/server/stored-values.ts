import { apiVersionOf, parseApiVersion, type KubernetesObject, type Resource } from '@keelson/apimachinery';
import { encodeStored, openEnvelope, ProtobufCodec, type SchemaRegistry } from '@keelson/api/server';
import { resourceKey } from '../endpoints/api-endpoint';
import type { ConvertedVersion } from './resource-table';

const PROTOBUF_MAGIC = Buffer.from('k8s\0');

/** Reads what another server wrote in a form of its own: protobuf, upstream's default, JSON in another order, or another version. */
export class StoredValues {
  readonly #schemas: SchemaRegistry;
  readonly #protobuf: ProtobufCodec;
  readonly #conversions: readonly ConvertedVersion[];

  constructor(schemas: SchemaRegistry, conversions: readonly ConvertedVersion[]) {
    this.#schemas = schemas;
    this.#conversions = conversions;
    this.#protobuf = new ProtobufCodec(schemas);
  }

  /** `value` in the form that this server stores. @throws Error for a kind that is not known, or bytes that are no object */
  convert(value: Uint8Array, stored: Resource): Uint8Array {
    return encodeStored({ ...this.#inVersion(this.decode(value), stored), kind: stored.kind, apiVersion: apiVersionOf(stored) });
  }

  /** In the version that it was written in. @throws Error for a kind that is not known, or bytes that are no object */
  decode(value: Uint8Array): KubernetesObject {
    return PROTOBUF_MAGIC.equals(value.subarray(0, PROTOBUF_MAGIC.length)) ? this.#fromProtobuf(value) : fromJson(value);
  }

  #inVersion(object: KubernetesObject, stored: Resource): KubernetesObject {
    const written = this.#conversions.find(
      ({ resource, storedAs }) => resourceKey(storedAs) === resourceKey(stored) && apiVersionOf(resource) === object.apiVersion,
    );
    return written?.conversion.toStored(object) ?? object;
  }

  #fromProtobuf(value: Uint8Array): KubernetesObject {
    const { apiVersion, kind, message } = openEnvelope(value);
    const type = this.#schemas.schemaOf({ ...parseApiVersion(apiVersion), kind });
    if (type === undefined) throw new Error(`the store holds a ${kind} of ${apiVersion}, which this server does not know`);
    // Decoding has made sure of the shape.
    return { ...(this.#protobuf.decode(message, type) as unknown as KubernetesObject), apiVersion, kind };
  }
}

function fromJson(value: Uint8Array): KubernetesObject {
  return JSON.parse(Buffer.from(value).toString('utf8')) as KubernetesObject;
}
