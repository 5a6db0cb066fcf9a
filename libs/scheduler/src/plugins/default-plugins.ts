import type { ProfilePlugins } from '../cycle/select-node';
import { NodeAffinity } from './node-affinity/node-affinity';
import { NodeName } from './node-name/node-name';
import { NodePorts } from './node-ports/node-ports';
import { NodeResourcesFit } from './node-resources-fit/node-resources-fit';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable';
import { TaintToleration } from './taint-toleration/taint-toleration';

/** The plugins of the default profile in upstream's order, with upstream's weights. */
export function defaultPlugins(): ProfilePlugins {
  const taints = new TaintToleration();
  const affinity = new NodeAffinity();
  const ports = new NodePorts();
  const resources = new NodeResourcesFit();
  return {
    preFilter: [affinity, ports],
    filter: [new NodeUnschedulable(), new NodeName(), taints, affinity, ports, resources],
    score: [
      { plugin: taints, weight: 3 },
      { plugin: affinity, weight: 2 },
      { plugin: resources, weight: 1 },
    ],
  };
}
