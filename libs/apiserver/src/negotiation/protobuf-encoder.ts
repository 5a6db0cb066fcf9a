import type { GroupVersionKind, KubernetesObject, ListMeta } from '@keelson/apimachinery';
import { sealEnvelope, watchFrame, type ProtobufCodec } from '@keelson/api/server';
import type { Revision } from '@keelson/storage';
import type { WatchEncoder } from '../watch-cache/cache-event';
import type { CachedObject } from '../watch-cache/cached-object';
import type { ObjectEncoder } from './object-encoder';

interface ProtobufEncoderOptions {
  readonly codec: ProtobufCodec;
  readonly kind: GroupVersionKind;
  /** Another form of the object, such as another version; the object as it is if absent. */
  readonly derive?: ((object: KubernetesObject) => object) | undefined;
}

/** Protobuf, as Go clients prefer it: an object's message is made once, kept with the object, and copied into every answer. */
export class ProtobufEncoder implements ObjectEncoder {
  readonly id: string;
  readonly contentType = 'application/vnd.kubernetes.protobuf';
  readonly watchContentType = 'application/vnd.kubernetes.protobuf;stream=watch';
  readonly watch: WatchEncoder;
  readonly #options: ProtobufEncoderOptions;

  constructor(options: ProtobufEncoderOptions) {
    const { codec, kind } = options;
    this.id = `protobuf/${kind.group}/${kind.version}/${kind.kind}`;
    this.#options = options;
    this.watch = {
      id: this.id,
      event: (type, object) => watchFrame(type, this.object(object)),
      bookmark: (revision: Revision, initialEventsEnd: boolean) => {
        const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
        return watchFrame('BOOKMARK', codec.encodeBody({ metadata: { resourceVersion: String(revision), ...annotations } }, kind));
      },
      error: (status) => watchFrame('ERROR', codec.encodeBody(status, { group: '', version: 'v1', kind: 'Status' })),
    };
  }

  object(object: CachedObject): Uint8Array {
    return sealEnvelope(this.#options.kind, this.#message(object));
  }

  list(objects: readonly CachedObject[], meta: ListMeta): Uint8Array {
    const { codec, kind } = this.#options;
    const message = codec.encodeList(
      kind,
      meta,
      objects.map((object) => this.#message(object)),
    );
    return sealEnvelope({ ...kind, kind: `${kind.kind}List` }, message);
  }

  #message(object: CachedObject): Buffer {
    const { codec, derive, kind } = this.#options;
    return object.encoded(this.id, () => {
      const parsed = object.parse();
      return codec.encode(derive === undefined ? parsed : derive(parsed), kind);
    });
  }
}
