import type { KubernetesObject, ListMeta } from '@keelson/apimachinery';
import type { WatchEncoder } from '../watch-cache/cache-event';
import type { CachedObject } from '../watch-cache/cached-object';
import { jsonWatchEncoder } from './json-encoder';
import type { ObjectEncoder } from './object-encoder';

interface DerivedEncoderOptions {
  readonly id: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  /** Another form of the object, such as its metadata alone or another version; a new value. */
  readonly derive: (object: KubernetesObject) => object;
}

/** JSON of something computed from each object; the bytes are kept with the object, so that each version is computed once. */
export class DerivedEncoder implements ObjectEncoder {
  readonly id: string;
  readonly contentType = 'application/json';
  readonly watchContentType = 'application/json';
  readonly watch: WatchEncoder;
  readonly #options: DerivedEncoderOptions;

  constructor(options: DerivedEncoderOptions) {
    this.id = options.id;
    this.#options = options;
    this.watch = jsonWatchEncoder(options.id, options, (object) => this.object(object));
  }

  object(object: CachedObject): Uint8Array {
    return object.encoded(this.id, () => Buffer.from(JSON.stringify(this.#options.derive(object.parse()))));
  }

  list(objects: readonly CachedObject[], meta: ListMeta): Uint8Array {
    const { apiVersion, listKind } = this.#options;
    const items = objects.map((object) => this.object(object));
    const head = Buffer.from(
      `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(meta)},"items":[`,
    );
    const comma = Buffer.from(',');
    return Buffer.concat([head, ...items.flatMap((item, index) => (index === 0 ? [item] : [comma, item])), Buffer.from(']}\n')]);
  }
}

/** `PartialObjectMetadata`: all that controllers of other kinds (garbage collection, quota) need of an object. */
export function metadataEncoder(metaVersion: 'v1' | 'v1beta1'): DerivedEncoder {
  const apiVersion = `meta.k8s.io/${metaVersion}`;
  return new DerivedEncoder({
    id: `metadata/${metaVersion}`,
    apiVersion,
    kind: 'PartialObjectMetadata',
    listKind: 'PartialObjectMetadataList',
    derive: ({ metadata }) => ({ kind: 'PartialObjectMetadata', apiVersion, metadata }),
  });
}
