import type { Node, Service } from '@keelson/api';
import type { Informer } from '@keelson/controller-runtime';
import type { Instances } from './instances';
import type { LoadBalancer } from './load-balancer';
import type { Routes } from './routes';

/**
 * What a cloud does for a cluster; k8s.io/cloud-provider's `Interface`. What a cloud does not offer is undefined, and the controllers that need it
 * do not run. Zones are part of {@link Instances}, as in upstream's second version of that interface.
 */
export interface CloudProvider {
  /** As `--cloud-provider` takes it. */
  readonly name: string;
  readonly instances?: Instances;
  readonly loadBalancer?: LoadBalancer;
  readonly routes?: Routes;
}

/** What a provider may look at; upstream's `InformerUser`. The caches have synced before any method of the provider is called. */
export interface CloudProviderParts {
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
}

/** A provider by its name. */
export interface CloudProviderEntry {
  readonly name: string;
  /** @param configFile `--cloud-config`; undefined without one @throws Error, one line naming the file */
  readonly open: (configFile: string | undefined) => Promise<(parts: CloudProviderParts) => CloudProvider>;
}
