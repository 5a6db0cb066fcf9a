import {
  clusterroles,
  configmaps,
  controllerrevisions,
  cronjobs,
  daemonsets,
  deployments,
  endpoints,
  endpointslices,
  jobs,
  leases,
  namespaces,
  nodes,
  persistentvolumeclaims,
  poddisruptionbudgets,
  pods,
  replicasets,
  replicationcontrollers,
  resourcequotas,
  serviceaccounts,
  services,
  statefulsets,
} from '@keelson/api';
import type { Clock } from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import { ClusterRoleAggregationController } from '@keelson/controller-clusterrole-aggregation';
import { CronJobController } from '@keelson/controller-cronjob';
import { DaemonSetController } from '@keelson/controller-daemonset';
import { DeploymentController } from '@keelson/controller-deployment';
import { DisruptionController, lookUpScale } from '@keelson/controller-disruption';
import { EndpointsController } from '@keelson/controller-endpoints';
import { EndpointSliceController, EndpointSliceMirroringController } from '@keelson/controller-endpointslice';
import { GarbageCollector } from '@keelson/controller-garbage-collector';
import { JobController } from '@keelson/controller-job';
import { NamespaceController } from '@keelson/controller-namespace';
import { NodeIpamController } from '@keelson/controller-node-ipam';
import { LEASE_NAMESPACE, NodeLifecycleController, NodeTtlController, TaintEvictionController } from '@keelson/controller-node-lifecycle';
import { PodGarbageCollector } from '@keelson/controller-pod-gc';
import { REPLICA_SETS, REPLICATION_CONTROLLERS, ReplicaSetController } from '@keelson/controller-replicaset';
import { ResourceQuotaController } from '@keelson/controller-resourcequota';
import { RootCaPublisher } from '@keelson/controller-root-ca-publisher';
import type { Controller, EventRecorder, InformerFactory, NamedController } from '@keelson/controller-runtime';
import { ServiceAccountController } from '@keelson/controller-serviceaccount';
import { StatefulSetController } from '@keelson/controller-statefulset';
import { TtlAfterFinishedController } from '@keelson/controller-ttl-after-finished';
import type { ControllerManagerConfig } from './controller-manager-config';

export interface ControllerParts {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly config: ControllerManagerConfig;
}

/** A controller by the name that `--controllers` takes, and how it is made; undefined where its flags leave it out. */
export interface ControllerEntry extends NamedController {
  /** The service account whose rights it needs; upstream's, as the bootstrap roles are bound to it. */
  readonly account: string;
  /** What its Events say that they come from; upstream's. */
  readonly eventSource: string;
  readonly make: (parts: ControllerParts) => Controller | undefined;
}

/** Every controller there is, in upstream's order (cmd/kube-controller-manager/app). */
export const controllerList: readonly ControllerEntry[] = [
  {
    name: 'endpoints-controller',
    alias: 'endpoint',
    account: 'endpoint-controller',
    eventSource: 'endpoint-controller',
    make: ({ client, config, informers, recorder }) =>
      new EndpointsController({
        client,
        services: informers.informer(services),
        pods: informers.informer(pods),
        endpoints: informers.informer(endpoints),
        recorder,
        options: { updatesBatchPeriod: config.endpointUpdatesBatchPeriod },
      }),
  },
  {
    name: 'endpointslice-controller',
    alias: 'endpointslice',
    account: 'endpointslice-controller',
    eventSource: 'endpoint-slice-controller',
    make: ({ client, config, informers, recorder }) =>
      new EndpointSliceController({
        client,
        services: informers.informer(services),
        pods: informers.informer(pods),
        nodes: informers.informer(nodes),
        endpointSlices: informers.informer(endpointslices),
        recorder,
        options: { maxEndpointsPerSlice: config.maxEndpointsPerSlice, updatesBatchPeriod: config.endpointUpdatesBatchPeriod },
      }),
  },
  {
    name: 'endpointslice-mirroring-controller',
    alias: 'endpointslicemirroring',
    account: 'endpointslicemirroring-controller',
    eventSource: 'endpoint-slice-mirroring-controller',
    make: ({ client, config, informers, recorder }) =>
      new EndpointSliceMirroringController({
        client,
        services: informers.informer(services),
        endpoints: informers.informer(endpoints),
        endpointSlices: informers.informer(endpointslices),
        recorder,
        options: config.mirroring,
      }),
  },
  {
    name: 'replicationcontroller-controller',
    alias: 'replicationcontroller',
    account: 'replication-controller',
    eventSource: 'replication-controller',
    make: ({ client, clock, informers, recorder }) =>
      new ReplicaSetController({
        client,
        kind: REPLICATION_CONTROLLERS,
        sets: informers.informer(replicationcontrollers),
        pods: informers.informer(pods),
        recorder,
        clock,
      }),
  },
  {
    name: 'pod-garbage-collector-controller',
    alias: 'podgc',
    account: 'pod-garbage-collector',
    eventSource: 'pod-garbage-collector-controller',
    make: ({ client, clock, config, informers }) =>
      new PodGarbageCollector({
        client,
        clock,
        nodes: informers.informer(nodes),
        pods: informers.informer(pods),
        terminatedPodThreshold: config.terminatedPodThreshold,
      }),
  },
  {
    name: 'resourcequota-controller',
    alias: 'resourcequota',
    account: 'resourcequota-controller',
    eventSource: 'resourcequota-controller',
    make: ({ client, clock, config, informers }) =>
      new ResourceQuotaController({
        client,
        quotas: informers.informer(resourcequotas),
        informer: (resource) => informers.informer(resource),
        clock,
        syncPeriod: config.resourceQuotaSyncPeriod,
      }),
  },
  {
    name: 'namespace-controller',
    alias: 'namespace',
    account: 'namespace-controller',
    eventSource: 'namespace-controller',
    make: ({ client, clock, informers }) => new NamespaceController({ client, namespaces: informers.informer(namespaces), clock }),
  },
  {
    name: 'serviceaccount-controller',
    alias: 'serviceaccount',
    account: 'service-account-controller',
    eventSource: 'serviceaccount-controller',
    make: ({ client, informers }) =>
      new ServiceAccountController({
        client,
        namespaces: informers.informer(namespaces),
        serviceAccounts: informers.informer(serviceaccounts),
      }),
  },
  {
    name: 'garbage-collector-controller',
    alias: 'garbagecollector',
    account: 'generic-garbage-collector',
    eventSource: 'garbage-collector-controller',
    make: ({ client, informers, recorder }) =>
      new GarbageCollector({ client, informer: (resource) => informers.informer(resource), recorder }),
  },
  {
    name: 'daemonset-controller',
    alias: 'daemonset',
    account: 'daemon-set-controller',
    eventSource: 'daemonset-controller',
    make: ({ client, clock, informers, recorder }) =>
      new DaemonSetController({
        client,
        daemonSets: informers.informer(daemonsets),
        pods: informers.informer(pods),
        nodes: informers.informer(nodes),
        revisions: informers.informer(controllerrevisions),
        recorder,
        clock,
      }),
  },
  {
    name: 'job-controller',
    alias: 'job',
    account: 'job-controller',
    eventSource: 'job-controller',
    make: ({ client, clock, informers, recorder }) =>
      new JobController({ client, jobs: informers.informer(jobs), pods: informers.informer(pods), recorder, clock }),
  },
  {
    name: 'deployment-controller',
    alias: 'deployment',
    account: 'deployment-controller',
    eventSource: 'deployment-controller',
    make: ({ client, clock, informers, recorder }) =>
      new DeploymentController({
        client,
        deployments: informers.informer(deployments),
        replicaSets: informers.informer(replicasets),
        pods: informers.informer(pods),
        recorder,
        clock,
      }),
  },
  {
    name: 'replicaset-controller',
    alias: 'replicaset',
    account: 'replicaset-controller',
    eventSource: 'replicaset-controller',
    make: ({ client, clock, informers, recorder }) =>
      new ReplicaSetController({
        client,
        kind: REPLICA_SETS,
        sets: informers.informer(replicasets),
        pods: informers.informer(pods),
        recorder,
        clock,
      }),
  },
  {
    name: 'disruption-controller',
    alias: 'disruption',
    account: 'disruption-controller',
    eventSource: 'controllermanager',
    make: ({ client, clock, informers, recorder }) =>
      new DisruptionController({
        client,
        budgets: informers.informer(poddisruptionbudgets),
        pods: informers.informer(pods),
        deployments: informers.informer(deployments),
        replicaSets: informers.informer(replicasets),
        replicationControllers: informers.informer(replicationcontrollers),
        statefulSets: informers.informer(statefulsets),
        lookUpScale: lookUpScale(client),
        recorder,
        clock,
      }),
  },
  {
    name: 'statefulset-controller',
    alias: 'statefulset',
    account: 'statefulset-controller',
    eventSource: 'statefulset-controller',
    make: ({ client, clock, informers, recorder }) =>
      new StatefulSetController({
        client,
        sets: informers.informer(statefulsets),
        pods: informers.informer(pods),
        claims: informers.informer(persistentvolumeclaims),
        revisions: informers.informer(controllerrevisions),
        recorder,
        clock,
      }),
  },
  {
    name: 'cronjob-controller',
    alias: 'cronjob',
    account: 'cronjob-controller',
    eventSource: 'cronjob-controller',
    make: ({ client, clock, informers, recorder }) =>
      new CronJobController({ client, cronJobs: informers.informer(cronjobs), jobs: informers.informer(jobs), recorder, clock }),
  },
  {
    name: 'ttl-controller',
    alias: 'ttl',
    account: 'ttl-controller',
    eventSource: 'ttl-controller',
    make: ({ client, informers }) => new NodeTtlController({ client, nodes: informers.informer(nodes) }),
  },
  {
    name: 'node-ipam-controller',
    alias: 'nodeipam',
    account: 'node-controller',
    eventSource: 'cidrAllocator',
    make: ({ client, config, informers, recorder }) =>
      config.nodeIpam === undefined
        ? undefined
        : new NodeIpamController({ client, nodes: informers.informer(nodes), recorder, options: config.nodeIpam }),
  },
  {
    name: 'node-lifecycle-controller',
    alias: 'nodelifecycle',
    account: 'node-controller',
    eventSource: 'node-controller',
    make: ({ client, clock, config, informers, recorder }) =>
      new NodeLifecycleController({
        client,
        nodes: informers.informer(nodes),
        leases: informers.informer(leases, { namespace: LEASE_NAMESPACE }),
        pods: informers.informer(pods),
        recorder,
        clock,
        options: config.nodeLifecycle,
      }),
  },
  {
    name: 'taint-eviction-controller',
    account: 'node-controller',
    eventSource: 'taint-eviction-controller',
    make: ({ client, clock, informers, recorder }) =>
      new TaintEvictionController({ client, nodes: informers.informer(nodes), pods: informers.informer(pods), recorder, clock }),
  },
  {
    name: 'clusterrole-aggregation-controller',
    alias: 'clusterrole-aggregation',
    account: 'clusterrole-aggregation-controller',
    eventSource: 'clusterrole-aggregation-controller',
    make: ({ client, informers }) => new ClusterRoleAggregationController({ client, clusterRoles: informers.informer(clusterroles) }),
  },
  {
    name: 'ttl-after-finished-controller',
    alias: 'ttl-after-finished',
    account: 'ttl-after-finished-controller',
    eventSource: 'ttl-after-finished-controller',
    make: ({ client, clock, informers }) => new TtlAfterFinishedController({ client, jobs: informers.informer(jobs), clock }),
  },
  {
    name: 'root-ca-certificate-publisher-controller',
    alias: 'root-ca-cert-publisher',
    account: 'root-ca-cert-publisher',
    eventSource: 'root-ca-certificate-publisher-controller',
    make: ({ client, config, informers }) =>
      config.rootCa === undefined
        ? undefined
        : new RootCaPublisher({
            client,
            namespaces: informers.informer(namespaces),
            configMaps: informers.informer(configmaps, { fieldSelector: 'metadata.name=kube-root-ca.crt' }),
            rootCa: config.rootCa,
          }),
  },
];
