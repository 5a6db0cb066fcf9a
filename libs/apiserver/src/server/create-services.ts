import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import { ClusterIpAllocator } from '../services/cluster-ip-allocator';
import { KubernetesService } from '../services/kubernetes-service';
import { NodePortAllocator, type NodePortAllocatorDeps } from '../services/node-port-allocator';
import { ServiceHooks } from '../services/service-hooks';
import { ServiceRepair } from '../services/service-repair';
import type { ApiserverConfig } from './apiserver-config';
import type { ResourceTable } from './resource-table';

/** What an apiserver does for Services beside answering requests. */
export interface ServiceKeepers {
  /** Resolves when the `kubernetes` Service is there. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface ServiceKeeperDeps extends Pick<NodePortAllocatorDeps, 'store' | 'random' | 'decode'> {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets Services have addresses and ports, and returns those who keep them in order, not yet started. */
export function createServices(
  config: ApiserverConfig,
  table: ResourceTable,
  { clock, decode, log, random, store }: ServiceKeeperDeps,
): ServiceKeepers {
  const services = table.registry('', 'v1', 'services');
  const addresses = table.registry('networking.k8s.io', 'v1', 'ipaddresses');
  const clusterIps = new ClusterIpAllocator({
    range: config.serviceClusterIpRange,
    addresses,
    random,
  });
  const nodePorts = new NodePortAllocator({ store, range: config.serviceNodePortRange, random, decode });
  services.install(
    new ServiceHooks({
      clusterIps,
      nodePorts,
      onError: (error) => log.error('An address or port of a Service could not be given back', { error }),
    }),
  );
  const repair = new ServiceRepair({ services, addresses, clusterIps, nodePorts, clock, log });
  const kubernetes = new KubernetesService({
    store,
    clock,
    log,
    services,
    endpoints: table.registry('', 'v1', 'endpoints'),
    endpointSlices: table.registry('discovery.k8s.io', 'v1', 'endpointslices'),
    address: config.advertiseAddress,
    port: config.advertisePort,
    clusterIps,
  });
  return {
    async start() {
      await kubernetes.start();
      repair.start();
    },
    async close() {
      await repair.close();
      await kubernetes.close();
    },
  };
}
