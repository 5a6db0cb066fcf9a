import { type FilterPlugin } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';

/** Keeps a pod that names its node off all others. */
export class NodeName implements FilterPlugin {
  readonly name = 'NodeName';
  readonly requeueOn = [{ resource: 'nodes', on: 'add' }] as const;

  filter({ pod }: PodState, node: NodeState): Verdict {
    const wanted = pod.spec.nodeName ?? '';
    return wanted === '' || wanted === node.name ? fits : unresolvable("node(s) didn't match the requested node name");
  }
}
