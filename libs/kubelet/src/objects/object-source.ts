import type { ConfigMap, DeepReadonly, Secret } from '@keelson/api';

/**
 * The config maps and secrets that this node's pods refer to; a node may read no others.
 * @throws StatusError NotFound if there is none of that name; TransportError if it can't be known now
 */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<DeepReadonly<ConfigMap>>;
  secret(namespace: string, name: string): Promise<DeepReadonly<Secret>>;
}
