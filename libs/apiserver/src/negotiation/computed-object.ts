import type { ObjectMeta } from '@keelson/apimachinery';
import { CachedObject } from '../watch-cache/cached-object';

/** Of its metadata as much as there is to know. */
interface Computed {
  readonly metadata: Partial<ObjectMeta> & { readonly name: string };
}

/**
 * An object that is made for one answer, to be encoded as those that are stored. Its `kind`, `apiVersion` and `metadata` come first, in
 * this order, as they do in the stored form.
 */
export function computedObject(object: Computed): CachedObject {
  const { labels = {}, name, namespace = '', resourceVersion = '0' } = object.metadata;
  const identity = { namespace, name, revision: Number(resourceVersion) };
  return new CachedObject(identity, Buffer.from(JSON.stringify(object)), () => ({ labels, fields: {} }));
}
