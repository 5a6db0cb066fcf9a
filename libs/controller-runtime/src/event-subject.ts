import type { ObjectReference } from '@keelson/api';
import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';

/** What an event says of the object it is about: who it is, and which version of it was seen. */
export function referenceTo({ apiVersion, kind, metadata }: DeepReadonly<KubernetesObject>): ObjectReference {
  const { name, namespace = '', uid, resourceVersion } = metadata;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(namespace === '' ? {} : { namespace }),
    name,
    uid,
    resourceVersion,
  };
}

/** Where an event about `object` is kept: with it, or in `default` if it has no namespace. */
export function eventNamespace({ metadata: { namespace = '' } }: DeepReadonly<KubernetesObject>): string {
  return namespace === '' ? 'default' : namespace;
}
