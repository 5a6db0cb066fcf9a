import { readFile } from 'node:fs/promises';
import { flag, type FlagValues } from '@keelson/component-base';
import { controllersFlag, controlPlaneFlags } from '@keelson/controller-runtime';
import type { ControllerManagerConfig } from './controller-manager-config';

const GENERIC = 'Generic';
const DEPLOYMENT = 'Deployment controller';
const REPLICA_SET = 'Replicaset controller';
const ENDPOINTS = 'Endpoint controller';
const ENDPOINT_SLICE = 'Endpointslice controller';
const ENDPOINT_SLICE_MIRRORING = 'Endpointslicemirroring controller';
const JOB = 'Job controller';
const REPLICATION = 'Replicationcontroller';
const DAEMON_SET = 'Daemonset controller';
const CRON_JOB = 'Cronjob controller';
const STATEFUL_SET = 'Statefulset controller';
const NAMESPACE = 'Namespace controller';
const RESOURCE_QUOTA = 'Resourcequota controller';
const NODE_IPAM = 'Nodeipam controller';
const NODE_LIFECYCLE = 'Nodelifecycle controller';
const POD_GC = 'Podgc controller';
const MISC = 'Misc';

/** kube-controller-manager's flags: upstream's names, forms and defaults, as far as they do something here. */
export const controllerManagerFlags = {
  ...controlPlaneFlags({ securePort: 10257, leaseName: 'kube-controller-manager' }),
  controllers: controllersFlag,
  'cloud-provider': flag.string({
    section: GENERIC,
    usage: "'external' where a cloud-controller-manager runs; there are no clouds built in",
    default: '',
  }),
  'allocate-node-cidrs': flag.bool({ section: GENERIC, usage: 'Whether every node is given a block of pod addresses' }),
  'cluster-cidr': flag.string({ section: GENERIC, usage: 'The addresses of pods', default: '' }),
  'service-cluster-ip-range': flag.string({ section: NODE_IPAM, usage: 'The addresses of Services, which no node is given', default: '' }),
  'node-cidr-mask-size': flag.int({ section: NODE_IPAM, usage: "The mask size of a node's block", default: 24 }),
  'concurrent-deployment-syncs': flag.int({ section: DEPLOYMENT, usage: 'How many deployments are worked on at once', default: 5 }),
  'concurrent-replicaset-syncs': flag.int({ section: REPLICA_SET, usage: 'How many replica sets are worked on at once', default: 5 }),
  'concurrent-endpoint-syncs': flag.int({ section: ENDPOINTS, usage: 'How many Services are worked on at once', default: 5 }),
  'endpoint-updates-batch-period': flag.duration({ section: ENDPOINTS, usage: 'How long changes of pods wait for others', default: 0 }),
  'concurrent-service-endpoint-syncs': flag.int({ section: ENDPOINT_SLICE, usage: 'How many Services are worked on at once', default: 5 }),
  'max-endpoints-per-slice': flag.int({ section: ENDPOINT_SLICE, usage: 'The most endpoints of one slice', default: 100 }),
  'mirroring-concurrent-service-endpoint-syncs': flag.int({
    section: ENDPOINT_SLICE_MIRRORING,
    usage: 'How many Endpoints are worked on at once',
    default: 5,
  }),
  'mirroring-max-endpoints-per-subset': flag.int({
    section: ENDPOINT_SLICE_MIRRORING,
    usage: 'The most addresses of one subset that are mirrored',
    default: 1000,
  }),
  'mirroring-endpointslice-updates-batch-period': flag.duration({
    section: ENDPOINT_SLICE_MIRRORING,
    usage: 'How long changes of slices wait for others',
    default: 0,
  }),
  'concurrent-job-syncs': flag.int({ section: JOB, usage: 'How many jobs are worked on at once', default: 5 }),
  'concurrent-rc-syncs': flag.int({ section: REPLICATION, usage: 'How many replication controllers are worked on at once', default: 5 }),
  'concurrent-daemonset-syncs': flag.int({ section: DAEMON_SET, usage: 'How many daemon sets are worked on at once', default: 2 }),
  'concurrent-cron-job-syncs': flag.int({ section: CRON_JOB, usage: 'How many cron jobs are worked on at once', default: 5 }),
  'concurrent-statefulset-syncs': flag.int({ section: STATEFUL_SET, usage: 'How many stateful sets are worked on at once', default: 5 }),
  'concurrent-namespace-syncs': flag.int({ section: NAMESPACE, usage: 'How many namespaces are worked on at once', default: 10 }),
  'concurrent-resource-quota-syncs': flag.int({ section: RESOURCE_QUOTA, usage: 'How many quotas are worked on at once', default: 5 }),
  'resource-quota-sync-period': flag.duration({
    section: RESOURCE_QUOTA,
    usage: 'After what time all quotas are counted again; 0 for never',
    default: 300_000,
  }),
  'node-monitor-grace-period': flag.duration({ section: NODE_LIFECYCLE, usage: 'How long a node may be silent', default: 50_000 }),
  'node-startup-grace-period': flag.duration({
    section: NODE_LIFECYCLE,
    usage: 'How long a new node may take to say whether it is ready',
    default: 60_000,
  }),
  'node-monitor-period': flag.duration({ section: NODE_LIFECYCLE, usage: 'How often it is looked at nodes', default: 5_000 }),
  'node-eviction-rate': flag.float({ section: NODE_LIFECYCLE, usage: 'Nodes a second whose pods are driven off', default: 0.1 }),
  'secondary-node-eviction-rate': flag.float({
    section: NODE_LIFECYCLE,
    usage: 'The same in a large zone much of which is ill',
    default: 0.01,
  }),
  'large-cluster-size-threshold': flag.int({ section: NODE_LIFECYCLE, usage: 'Above how many nodes a zone is large', default: 50 }),
  'unhealthy-zone-threshold': flag.float({ section: NODE_LIFECYCLE, usage: 'The part of a zone that is much', default: 0.55 }),
  'use-service-account-credentials': flag.bool({
    section: GENERIC,
    usage: 'Whether every controller acts as a service account of its own',
  }),
  'terminated-pod-gc-threshold': flag.int({
    section: POD_GC,
    usage: 'How many pods that have ended may lie about; 0 for any number',
    default: 12_500,
  }),
  'root-ca-file': flag.string({ section: MISC, usage: 'The authority that pods trust the API server by' }),
};

type Flags = FlagValues<typeof controllerManagerFlags>;

/** @throws Error, one line naming the flag or file */
export async function readConfig(values: Flags): Promise<ControllerManagerConfig> {
  refuseBuiltInCloud(values['cloud-provider']);
  return {
    controllers: values.controllers,
    endpointUpdatesBatchPeriod: values['endpoint-updates-batch-period'],
    maxEndpointsPerSlice: values['max-endpoints-per-slice'],
    mirroring: {
      maxEndpointsPerSubset: values['mirroring-max-endpoints-per-subset'],
      updatesBatchPeriod: values['mirroring-endpointslice-updates-batch-period'],
    },
    resourceQuotaSyncPeriod: values['resource-quota-sync-period'],
    terminatedPodThreshold: values['terminated-pod-gc-threshold'],
    nodeIpam: nodeIpam(values),
    nodeLifecycle: {
      monitorGracePeriod: values['node-monitor-grace-period'],
      startupGracePeriod: values['node-startup-grace-period'],
      monitorPeriod: values['node-monitor-period'],
      rates: {
        normal: values['node-eviction-rate'],
        secondary: values['secondary-node-eviction-rate'],
        largeClusterSize: values['large-cluster-size-threshold'],
        unhealthyThreshold: values['unhealthy-zone-threshold'],
      },
    },
    rootCa: values['root-ca-file'] === undefined ? undefined : await readFile(values['root-ca-file'], 'utf8'),
    concurrency: {
      deployment: values['concurrent-deployment-syncs'],
      replicaset: values['concurrent-replicaset-syncs'],
      endpoints: values['concurrent-endpoint-syncs'],
      endpointslice: values['concurrent-service-endpoint-syncs'],
      'endpointslice-mirroring': values['mirroring-concurrent-service-endpoint-syncs'],
      job: values['concurrent-job-syncs'],
      replicationcontroller: values['concurrent-rc-syncs'],
      daemonset: values['concurrent-daemonset-syncs'],
      cronjob: values['concurrent-cron-job-syncs'],
      statefulset: values['concurrent-statefulset-syncs'],
      namespace: values['concurrent-namespace-syncs'],
      resourcequota: values['concurrent-resource-quota-syncs'],
    },
  };
}

/** What a cloud has to do is cloud-controller-manager's work, whatever this flag says; so it takes only what does not promise more. */
function refuseBuiltInCloud(name: string): void {
  if (name !== '' && name !== 'external')
    throw new Error(
      `cloud provider ${JSON.stringify(name)} was specified, but built-in cloud providers are disabled. Please set --cloud-provider=external and migrate to an external cloud provider`,
    );
}

function nodeIpam(values: Flags): ControllerManagerConfig['nodeIpam'] {
  if (!values['allocate-node-cidrs']) return undefined;
  if (values['cluster-cidr'] === '') throw new Error('--cluster-cidr is required with --allocate-node-cidrs');
  const clusterCidrs = values['cluster-cidr'].split(',').map((cidr) => ({ cidr, nodeMaskSize: values['node-cidr-mask-size'] }));
  return { clusterCidrs, serviceCidrs: values['service-cluster-ip-range'].split(',').filter((cidr) => cidr !== '') };
}
