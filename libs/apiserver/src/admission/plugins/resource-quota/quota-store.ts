import type { ResourceQuota } from '@keelson/api';
import type { DeepReadonly } from '@keelson/apimachinery';

/** The quotas as this server knows them, and how it writes down what is used. */
export interface QuotaStore {
  /** From the cache as it stands; almost free where a namespace has none. */
  list(namespace: string): readonly DeepReadonly<ResourceQuota>[];
  /** Resolves when {@link list} shows every write that any server had acknowledged before the call. */
  refresh(): Promise<void>;
  /** Resolves when {@link list} shows what {@link writeStatus} returned. */
  shows(quota: DeepReadonly<ResourceQuota>): Promise<void>;
  /**
   * Stores the status, if the quota still has the resource version given.
   * @throws StatusError Conflict, NotFound
   */
  writeStatus(quota: DeepReadonly<ResourceQuota>): Promise<DeepReadonly<ResourceQuota>>;
}
