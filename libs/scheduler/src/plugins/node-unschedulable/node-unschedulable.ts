import { tolerates, type DeepReadonly, type Node } from '@keelson/api';
import type { FilterPlugin, Requeue } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { tolerationsChanged } from '../taint-toleration/tolerations';

const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Keeps pods off cordoned nodes, unless they tolerate the taint that stands for it. */
export class NodeUnschedulable implements FilterPlugin {
  readonly name = 'NodeUnschedulable';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'nodes', on: 'add', hint: nowOpen },
    { resource: 'nodes', on: 'update', hint: nowOpen },
    { resource: 'self', on: 'update', hint: tolerationsChanged },
  ];

  filter(pod: PodState, { node }: NodeState): Verdict {
    return node?.spec.unschedulable === true && !toleratesCordon(pod) ? unresolvable('node(s) were unschedulable') : fits;
  }
}

function toleratesCordon({ pod }: PodState): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, UNSCHEDULABLE_TAINT));
}

function nowOpen(_pod: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined): boolean {
  return after.spec.unschedulable !== true && (before === undefined || before.spec.unschedulable === true);
}
