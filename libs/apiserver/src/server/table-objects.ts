import { StatusError, type DeepReadonly, type KubernetesObject, type ObjectName, type Resource } from '@keelson/apimachinery';
import type { StoredObjects } from '../admission/stored-objects';
import type { ResourceTable } from './resource-table';

/** The objects of all registries, for those who only read. */
export class TableObjects implements StoredObjects {
  readonly #table: ResourceTable;

  constructor(table: ResourceTable) {
    this.#table = table;
  }

  peek<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): DeepReadonly<T> | undefined {
    return this.#registry(resource).peek(name)?.object as DeepReadonly<T> | undefined;
  }

  async read<T extends KubernetesObject>(resource: Resource<T>, name: ObjectName): Promise<DeepReadonly<T> | undefined> {
    try {
      return (await this.#registry(resource).get(name)).object as DeepReadonly<T>;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  *list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): Generator<DeepReadonly<T>, void, undefined> {
    for (const { object } of this.#registry(resource).cache.objects.inOrder(namespace)) yield object as DeepReadonly<T>;
  }

  #registry({ group, resource, version }: Resource): ReturnType<ResourceTable['registry']> {
    return this.#table.registry(group, version, resource);
  }
}
