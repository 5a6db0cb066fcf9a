import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';
import type { Revision } from '@keelson/storage';

/** What selecting needs of an object. */
export interface Selection {
  readonly labels: Readonly<Record<string, string>>;
  /** By selectable field, without `metadata.name` and `metadata.namespace`. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * One version of one object: its bytes as GET sends them, and what selection needs. Immutable.
 * The parsed form is not kept, unless {@link object} was asked for: ten thousand parsed pods weigh several times their bytes.
 */
export class CachedObject {
  readonly namespace: string;
  readonly name: string;
  readonly revision: Revision;
  readonly json: Buffer;
  readonly #select: (json: Buffer) => Selection;
  #selection: Selection | undefined;
  #object: DeepReadonly<KubernetesObject> | undefined;
  /** By encoding; other forms of the same bytes, made when first asked for. */
  #encoded: Map<string, Buffer> | undefined;

  constructor(identity: { namespace: string; name: string; revision: Revision }, json: Buffer, select: (json: Buffer) => Selection) {
    this.namespace = identity.namespace;
    this.name = identity.name;
    this.revision = identity.revision;
    this.json = json;
    this.#select = select;
  }

  /** Read off the bytes when first asked for. */
  get selection(): Selection {
    return (this.#selection ??= this.#select(this.json));
  }

  /** The parsed object, kept from the first call on; for the few kinds that the server itself reads again and again. */
  get object(): DeepReadonly<KubernetesObject> {
    return (this.#object ??= this.parse());
  }

  /** A parsed copy of the caller's own. */
  parse(): KubernetesObject {
    return JSON.parse(this.json.toString('utf8')) as KubernetesObject;
  }

  /** These bytes in another encoding, made once by `encode` and then shared. */
  encoded(encoding: string, encode: (object: CachedObject) => Buffer): Buffer {
    this.#encoded ??= new Map();
    let bytes = this.#encoded.get(encoding);
    if (bytes === undefined) this.#encoded.set(encoding, (bytes = encode(this)));
    return bytes;
  }
}
