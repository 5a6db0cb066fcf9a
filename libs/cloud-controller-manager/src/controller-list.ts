import { nodes, services } from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { CloudProvider } from '@keelson/cloud';
import type { Logger } from '@keelson/component-base';
import { CloudNodeController } from '@keelson/controller-cloud-node';
import { CloudNodeLifecycleController } from '@keelson/controller-cloud-node-lifecycle';
import { NodeRouteController } from '@keelson/controller-node-route';
import type { Controller, EventRecorder, InformerFactory, NamedController } from '@keelson/controller-runtime';
import { ServiceLbController } from '@keelson/controller-service-lb';
import type { CloudControllerManagerConfig } from './cloud-controller-manager-config';

export interface ControllerParts {
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: CloudControllerManagerConfig;
}

/** A controller by the name that `--controllers` takes, and how it is made; undefined where the cloud or a flag leaves it out. */
export interface ControllerEntry extends NamedController {
  /** What its Events say that they come from; upstream's. */
  readonly eventSource: string;
  /** @throws Error, one line naming the flag that it lacks */
  readonly make: (parts: ControllerParts) => Controller | undefined;
}

/** Every controller there is, in upstream's order (k8s.io/cloud-provider/app). */
export const controllerList: readonly ControllerEntry[] = [
  { name: 'cloud-node-controller', alias: 'cloud-node', eventSource: 'cloud-node-controller', make: cloudNode },
  {
    name: 'cloud-node-lifecycle-controller',
    alias: 'cloud-node-lifecycle',
    eventSource: 'cloud-node-lifecycle-controller',
    make: cloudNodeLifecycle,
  },
  { name: 'service-lb-controller', alias: 'service', eventSource: 'service-controller', make: serviceLb },
  { name: 'node-route-controller', alias: 'route', eventSource: 'route_controller', make: nodeRoute },
];

function cloudNode({ client, clock, cloud, config, informers, log, recorder }: ControllerParts): Controller | undefined {
  const { instances } = cloud;
  if (instances === undefined) return lacking('cloud-node-controller', 'instances', log);
  const statusUpdateFrequency = config.nodeStatusUpdateFrequency;
  return new CloudNodeController({ client, instances, nodes: informers.informer(nodes), recorder, clock, statusUpdateFrequency });
}

function cloudNodeLifecycle({ client, cloud, config, informers, log, recorder }: ControllerParts): Controller | undefined {
  const { instances } = cloud;
  if (instances === undefined) return lacking('cloud-node-lifecycle-controller', 'instances', log);
  const monitorPeriod = config.nodeMonitorPeriod;
  return new CloudNodeLifecycleController({ client, instances, nodes: informers.informer(nodes), recorder, monitorPeriod });
}

function serviceLb({ client, cloud, config, informers, log, recorder }: ControllerParts): Controller | undefined {
  const { loadBalancer } = cloud;
  if (loadBalancer === undefined) return lacking('service-lb-controller', 'load balancers', log);
  const { clusterName } = config;
  return new ServiceLbController({
    client,
    loadBalancer,
    services: informers.informer(services),
    nodes: informers.informer(nodes),
    recorder,
    clusterName,
  });
}

function nodeRoute({ client, clock, cloud, config, informers, log, recorder }: ControllerParts): Controller | undefined {
  const { routes } = cloud;
  const { clusterCidrs, clusterName, configureCloudRoutes } = config;
  if (!configureCloudRoutes) return undefined;
  if (routes === undefined) return lacking('node-route-controller', 'routes', log);
  if (clusterCidrs.length === 0) throw new Error('--cluster-cidr is required for routes: name it, or say --configure-cloud-routes=false');
  const reconciliationPeriod = config.routeReconciliationPeriod;
  return new NodeRouteController({
    client,
    routes,
    nodes: informers.informer(nodes),
    recorder,
    clock,
    clusterName,
    clusterCidrs,
    reconciliationPeriod,
  });
}

/** Says why a controller does not run. @returns no controller */
function lacking(controller: string, what: string, log: Logger): Controller | undefined {
  log.info('The cloud provider does not offer what a controller works with, so it does not run', { controller, lacking: what });
  return undefined;
}
