import type { ProfilePlugins } from '../cycle/select-node';
import { NodeName } from './node-name/node-name';
import { NodePorts } from './node-ports/node-ports';
import { NodeResourcesFit } from './node-resources-fit/node-resources-fit';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable';
import { TaintToleration } from './taint-toleration/taint-toleration';

/** The plugins of the default profile in upstream's order, with upstream's weights. */
export function defaultPlugins(): ProfilePlugins {
  const taints = new TaintToleration();
  const ports = new NodePorts();
  const resources = new NodeResourcesFit();
  return {
    preFilter: [ports],
    filter: [new NodeUnschedulable(), new NodeName(), taints, ports, resources],
    score: [
      { plugin: taints, weight: 3 },
      { plugin: resources, weight: 1 },
    ],
  };
}
