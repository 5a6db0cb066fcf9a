import type { ResourceQuota } from '@keelson/api';
import type { DeepReadonly } from '@keelson/apimachinery';
import type { QuotaStore } from '../admission/plugins/resource-quota/quota-store';
import { internalContext } from '../registry/internal-context';
import type { ObjectRegistry } from '../registry/object-registry';
import type { CacheHub } from '../watch-cache/cache-hub';

/** The quotas of this server's own registry. */
export class RegistryQuotas implements QuotaStore {
  readonly #registry: ObjectRegistry;
  readonly #hub: CacheHub;

  constructor(registry: ObjectRegistry, hub: CacheHub) {
    this.#registry = registry;
    this.#hub = hub;
  }

  list(namespace: string): readonly DeepReadonly<ResourceQuota>[] {
    return [...this.#registry.cache.objects.inOrder(namespace)].map(({ object }) => object as DeepReadonly<ResourceQuota>);
  }

  async refresh(): Promise<void> {
    await this.#hub.fresh();
  }

  shows({ metadata }: DeepReadonly<ResourceQuota>): Promise<void> {
    return this.#hub.reached(Number(metadata.resourceVersion));
  }

  async writeStatus(quota: DeepReadonly<ResourceQuota>): Promise<DeepReadonly<ResourceQuota>> {
    const { name, namespace = '' } = quota.metadata;
    // The registry writes into what it is given.
    const update = (): ResourceQuota => structuredClone(quota) as ResourceQuota;
    const { object } = await this.#registry.update(update, internalContext({ namespace, name, subresource: 'status' }));
    return object.object as DeepReadonly<ResourceQuota>;
  }
}
