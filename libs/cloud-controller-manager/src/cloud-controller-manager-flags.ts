import { parseCidr, type Cidr } from '@keelson/apimachinery';
import { flag, type FlagValues } from '@keelson/component-base';
import { controllersFlag, controlPlaneFlags } from '@keelson/controller-runtime';
import type { CloudControllerManagerConfig } from './cloud-controller-manager-config';

const GENERIC = 'Generic';
const NODE = 'Cloud-node-controller';
const SERVICE = 'Service-lb-controller';
const MISC = 'Misc';

/** cloud-controller-manager's flags: upstream's names, forms and defaults, as far as they do something here. */
export const cloudControllerManagerFlags = {
  ...controlPlaneFlags({ securePort: 10258, leaseName: 'cloud-controller-manager' }),
  controllers: controllersFlag,
  'cloud-provider': flag.string({ section: GENERIC, usage: 'The cloud that the cluster runs on', default: '' }),
  'cloud-config': flag.string({ section: GENERIC, usage: "The file that the cloud's provider is configured by" }),
  'cluster-name': flag.string({
    section: GENERIC,
    usage: 'Tells what belongs to this cluster from what others have',
    default: 'kubernetes',
  }),
  'cluster-cidr': flag.string({ section: GENERIC, usage: 'The addresses of pods; routes to others are not touched', default: '' }),
  'configure-cloud-routes': flag.bool({
    section: GENERIC,
    usage: 'Whether the cloud is told the way to pods, if it has routes',
    default: true,
  }),
  'route-reconciliation-period': flag.duration({ section: GENERIC, usage: 'How often routes are looked at', default: 10_000 }),
  'node-monitor-period': flag.duration({
    section: GENERIC,
    usage: 'How often the cloud is asked about nodes that are not ready',
    default: 5_000,
  }),
  'concurrent-node-syncs': flag.int({ section: NODE, usage: 'How many nodes are worked on at once', default: 1 }),
  'concurrent-service-syncs': flag.int({ section: SERVICE, usage: 'How many Services are worked on at once', default: 1 }),
  'node-status-update-frequency': flag.duration({
    section: MISC,
    usage: 'How often the cloud is asked for the addresses of nodes',
    default: 300_000,
  }),
};

type Flags = FlagValues<typeof cloudControllerManagerFlags>;

/** @throws Error, one line naming the flag */
export function readConfig(values: Flags): CloudControllerManagerConfig {
  return {
    controllers: values.controllers,
    clusterName: values['cluster-name'],
    clusterCidrs: cidrsOf(values['cluster-cidr']),
    configureCloudRoutes: values['configure-cloud-routes'],
    routeReconciliationPeriod: values['route-reconciliation-period'],
    nodeMonitorPeriod: values['node-monitor-period'],
    nodeStatusUpdateFrequency: values['node-status-update-frequency'],
    concurrency: { 'cloud-node': values['concurrent-node-syncs'], 'service-lb': values['concurrent-service-syncs'] },
  };
}

function cidrsOf(list: string): readonly Cidr[] {
  return list
    .split(',')
    .filter((text) => text !== '')
    .map((text) => {
      const cidr = parseCidr(text.trim());
      if (cidr === undefined) throw new Error(`--cluster-cidr: ${JSON.stringify(text)} is not a network such as 10.244.0.0/16`);
      return cidr;
    });
}
