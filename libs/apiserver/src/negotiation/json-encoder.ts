import type { ListMeta } from '@keelson/apimachinery';
import type { Revision } from '@keelson/storage';
import type { WatchEncoder, WatchEventType } from '../watch-cache/cache-event';
import type { CachedObject } from '../watch-cache/cached-object';
import type { StoredJson } from '../watch-cache/stored-json';
import type { ObjectEncoder } from './object-encoder';

const COMMA = ','.charCodeAt(0);
const END = Buffer.from(']}\n');

interface JsonEncoderOptions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly storedJson: StoredJson;
}

/** The form objects are cached in: nothing is parsed and nothing serialised, only copied together. */
export class JsonEncoder implements ObjectEncoder {
  readonly id = 'json';
  readonly contentType = 'application/json';
  readonly watchContentType = 'application/json';
  readonly watch: WatchEncoder;
  readonly #options: JsonEncoderOptions;

  constructor(options: JsonEncoderOptions) {
    this.#options = options;
    this.watch = jsonWatchEncoder(this.id, { apiVersion: options.apiVersion, kind: options.kind }, ({ json }) => json);
  }

  object({ json }: CachedObject): Uint8Array {
    return json;
  }

  list(objects: readonly CachedObject[], meta: ListMeta): Uint8Array {
    const { apiVersion, listKind, storedJson } = this.#options;
    const head = Buffer.from(
      `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(meta)},"items":[`,
    );
    const separators = Math.max(0, objects.length - 1);
    const size = objects.reduce((sum, { json }) => sum + json.length - storedJson.itemOffset, head.length + separators + END.length);
    const body = Buffer.allocUnsafe(size);
    let position = head.copy(body);
    for (const [index, { json }] of objects.entries()) {
      if (index > 0) body[position++] = COMMA;
      position = storedJson.writeListItem(json, body, position);
    }
    END.copy(body, position);
    return body;
  }
}

/** Events as one JSON document a line, around whatever bytes `bytesOf` gives an object. */
export function jsonWatchEncoder(
  id: string,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  bytesOf: (object: CachedObject) => Uint8Array,
): WatchEncoder {
  const tail = Buffer.from('}\n');
  const line = (event: object): Buffer => Buffer.from(`${JSON.stringify(event)}\n`);
  return {
    id,
    event: (type: WatchEventType, object: CachedObject) =>
      Buffer.concat([Buffer.from(`{"type":"${type}","object":`), bytesOf(object), tail]),
    bookmark: (revision: Revision, initialEventsEnd: boolean) => {
      const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
      return line({ type: 'BOOKMARK', object: { kind, apiVersion, metadata: { resourceVersion: String(revision), ...annotations } } });
    },
    error: (status: object) => line({ type: 'ERROR', object: status }),
  };
}
