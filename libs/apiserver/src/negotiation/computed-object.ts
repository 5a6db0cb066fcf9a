import type { ObjectMeta } from '@keelson/apimachinery';
import { CachedObject } from '../watch-cache/cached-object';

/** In this order, as what is stored; of its metadata as much as there is to know. */
interface Computed {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: Partial<ObjectMeta> & { readonly name: string };
}

/** An object that is made for one answer, in the form of those that are stored, so that it can be encoded as they are. */
export function computedObject<T extends Computed>(object: T): CachedObject {
  const { labels = {}, name, namespace = '', resourceVersion = '0' } = object.metadata;
  const identity = { namespace, name, revision: Number(resourceVersion) };
  return new CachedObject(identity, Buffer.from(JSON.stringify(object)), () => ({ labels, fields: {} }));
}
