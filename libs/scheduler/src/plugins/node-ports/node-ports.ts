import type { FilterPlugin, PreFilterPlugin, PreFilterResult, Requeue } from '../../framework/plugin';
import { fits, unschedulable, type Verdict } from '../../framework/verdict';
import { portsConflict } from '../../state/host-ports';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';

/** Keeps a pod off nodes where one of its host ports is taken. Only a pod that leaves, or a new node, can change that. */
export class NodePorts implements PreFilterPlugin, FilterPlugin {
  readonly name = 'NodePorts';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'pods', on: 'delete', hint: heldAWantedPort },
    { resource: 'nodes', on: 'add' },
  ];

  preFilter(pod: PodState): PreFilterResult {
    return pod.hostPorts.length === 0 ? 'skip' : 'continue';
  }

  filter(pod: PodState, node: NodeState): Verdict {
    return portsAreFree(pod, node) ? fits : unschedulable("node(s) didn't have free ports for the requested pod ports");
  }
}

function portsAreFree(pod: PodState, node: NodeState): boolean {
  return !pod.hostPorts.some((port) => node.ports.isTaken(port));
}

function heldAWantedPort(pod: PodState, gone: PodState): boolean {
  return gone.hostPorts.some((held) => pod.hostPorts.some((wanted) => portsConflict(held, wanted)));
}
