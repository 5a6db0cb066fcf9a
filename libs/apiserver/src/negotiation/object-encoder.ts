import type { ListMeta } from '@keelson/apimachinery';
import type { WatchEncoder } from '../watch-cache/cache-event';
import type { CachedObject } from '../watch-cache/cached-object';

/** Makes responses in one negotiated form. An encoder of the same id makes the same bytes, so that they can be shared. */
export interface ObjectEncoder {
  readonly id: string;
  readonly contentType: string;
  readonly watchContentType: string;
  object(object: CachedObject): Uint8Array;
  list(objects: readonly CachedObject[], meta: ListMeta): Uint8Array;
  readonly watch: WatchEncoder;
}
