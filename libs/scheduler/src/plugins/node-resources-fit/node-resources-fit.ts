import type { DeepReadonly, Node } from '@keelson/api';
import { MAX_NODE_SCORE, type FilterPlugin, type Requeue, type ScorePlugin } from '../../framework/plugin';
import { fits, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { parseResources, type Resources } from '../../state/resources';

/** Scored with equal weight, as upstream's default `scoringStrategy`. */
const SCORED = ['cpu', 'memory'] as const;

/** Keeps a pod off nodes without room for its requests, and prefers those that stay emptiest (`LeastAllocated`). */
export class NodeResourcesFit implements FilterPlugin, ScorePlugin {
  readonly name = 'NodeResourcesFit';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'pods', on: 'delete' },
    { resource: 'nodes', on: 'add', hint: emptyNodeNowFits },
    { resource: 'nodes', on: 'update', hint: emptyNodeNowFits },
  ];

  filter(pod: PodState, node: NodeState): Verdict {
    const short = insufficientResources(pod, node);
    if (short.length === 0 && !tooManyPods(node)) return fits;
    const reasons = [...(tooManyPods(node) ? ['Too many pods'] : []), ...short.map((name) => `Insufficient ${name}`)];
    const never = short.some((name) => amount(pod.requests, name) > amount(node.allocatable, name));
    return { type: never ? 'unresolvable' : 'unschedulable', reasons };
  }

  score(pod: PodState, { allocatable, scoringRequested }: NodeState): number {
    let sum = 0;
    let weight = 0;
    for (const name of SCORED) {
      const capacity = amount(allocatable, name);
      if (capacity === 0) continue;
      const requested = amount(scoringRequested, name) + amount(pod.scoringRequests, name);
      if (requested <= capacity) sum += Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity);
      weight++;
    }
    return weight === 0 ? 0 : Math.trunc(sum / weight);
  }
}

/** The names of what `node` has too little left of, in the order the pod asks. A resource asked for with zero is never short. */
export function insufficientResources({ requests }: PodState, { allocatable, requested }: NodeState): string[] {
  const short: string[] = [];
  for (const [name, wanted] of requests) if (wanted > 0 && wanted > amount(allocatable, name) - amount(requested, name)) short.push(name);
  return short;
}

function tooManyPods({ allocatable, pods }: NodeState): boolean {
  return pods.size + 1 > amount(allocatable, 'pods');
}

/** Whether the node could take the pod if it were empty, and has more of something that the pod asks for than before. */
function emptyNodeNowFits({ requests }: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined): boolean {
  const now = parseResources(after.status?.allocatable);
  if (amount(now, 'pods') < 1 || [...requests].some(([name, wanted]) => wanted > amount(now, name))) return false;
  if (before === undefined) return true;
  const then = parseResources(before.status?.allocatable);
  return ['pods', ...requests.keys()].some((name) => amount(now, name) > amount(then, name));
}

function amount(resources: Resources, name: string): number {
  return resources.get(name) ?? 0;
}
