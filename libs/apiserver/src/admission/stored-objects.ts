import type { DeepReadonly, KubernetesObject, ObjectName, Resource } from '@keelson/apimachinery';

/** What admission, authorization and the like look up in the server's own caches. What they get is shared and must not be written to. */
export interface StoredObjects {
  /** From the cache as it stands. */
  peek<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): DeepReadonly<T> | undefined;
  /** The newest; undefined if there is none. */
  read<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): Promise<DeepReadonly<T> | undefined>;
  /** Of one namespace, or of all. */
  list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): Iterable<DeepReadonly<T>>;
}
