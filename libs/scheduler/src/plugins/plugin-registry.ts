import type { ApiClient } from '@keelson/client';
import type { Plugin } from '../framework/plugin';
import type { PluginPoints } from '../framework/profile';
import type { SchedulerCache } from '../state/scheduler-cache';
import { DefaultBinder } from './default-binder/default-binder';
import { ImageLocality } from './image-locality/image-locality';
import { InterPodAffinity, type InterPodAffinityArgs } from './inter-pod-affinity/inter-pod-affinity';
import { NodeAffinity, type NodeAffinityArgs } from './node-affinity/node-affinity';
import { NodeName } from './node-name/node-name';
import { NodePorts } from './node-ports/node-ports';
import {
  NodeResourcesBalancedAllocation,
  type NodeResourcesBalancedAllocationArgs,
} from './node-resources-balanced-allocation/node-resources-balanced-allocation';
import { NodeResourcesFit, type NodeResourcesFitArgs } from './node-resources-fit/node-resources-fit';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable';
import { PrioritySort } from './priority-sort/priority-sort';
import { SchedulingGates } from './scheduling-gates/scheduling-gates';
import { TaintToleration } from './taint-toleration/taint-toleration';

/** What plugins work with besides the pod and the node they are asked about. */
export interface PluginHandle {
  readonly client: ApiClient;
  readonly cache: SchedulerCache;
}

/** The arguments of those plugins that take some; upstream's `pluginConfig`. */
export interface PluginArgs {
  readonly InterPodAffinity?: InterPodAffinityArgs;
  readonly NodeAffinity?: NodeAffinityArgs;
  readonly NodeResourcesBalancedAllocation?: NodeResourcesBalancedAllocationArgs;
  readonly NodeResourcesFit?: NodeResourcesFitArgs;
}

export interface RegisteredPlugin {
  readonly plugin: Plugin;
  readonly points: PluginPoints;
}

type PluginFactory = (handle: PluginHandle, args: PluginArgs) => RegisteredPlugin;

/** Every plugin there is, by name, with the extension points it has. */
export const pluginRegistry: ReadonlyMap<string, PluginFactory> = new Map<string, PluginFactory>([
  ['SchedulingGates', () => at(new SchedulingGates(), (plugin) => ({ preEnqueue: plugin }))],
  ['PrioritySort', () => at(new PrioritySort(), (plugin) => ({ queueSort: plugin }))],
  ['NodeUnschedulable', () => at(new NodeUnschedulable(), (plugin) => ({ filter: plugin }))],
  ['NodeName', () => at(new NodeName(), (plugin) => ({ filter: plugin }))],
  ['TaintToleration', () => at(new TaintToleration(), (plugin) => ({ filter: plugin, score: plugin }))],
  ['NodeAffinity', (_handle, args) => at(new NodeAffinity(args.NodeAffinity), filtersAndScores)],
  ['NodePorts', () => at(new NodePorts(), (plugin) => ({ preFilter: plugin, filter: plugin }))],
  ['NodeResourcesFit', (_handle, args) => at(new NodeResourcesFit(args.NodeResourcesFit), (plugin) => ({ filter: plugin, score: plugin }))],
  ['InterPodAffinity', ({ cache }, args) => at(new InterPodAffinity(cache.affinity, args.InterPodAffinity), filtersAndScores)],
  [
    'NodeResourcesBalancedAllocation',
    (_handle, args) =>
      at(new NodeResourcesBalancedAllocation(args.NodeResourcesBalancedAllocation), (plugin) => ({ preScore: plugin, score: plugin })),
  ],
  ['ImageLocality', ({ cache }) => at(new ImageLocality(cache), (plugin) => ({ score: plugin }))],
  ['DefaultBinder', ({ client }) => at(new DefaultBinder(client), (plugin) => ({ bind: plugin }))],
]);

/** Those of the default profile in upstream's order, with upstream's weights. */
export const DEFAULT_PLUGINS: readonly { readonly name: string; readonly weight?: number }[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
];

function at<P extends Plugin>(plugin: P, pointsOf: (plugin: P) => PluginPoints): RegisteredPlugin {
  return { plugin, points: pointsOf(plugin) };
}

function filtersAndScores(plugin: InterPodAffinity | NodeAffinity): PluginPoints {
  return { preFilter: plugin, filter: plugin, preScore: plugin, score: plugin };
}
