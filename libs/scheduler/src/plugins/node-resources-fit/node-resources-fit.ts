import type { DeepReadonly, Node } from '@keelson/api';
import type { FilterPlugin, Requeue, ScorePlugin } from '../../framework/plugin';
import { fits, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { parseResources, type Resources } from '../../state/resources';
import { DEFAULT_STRATEGY, resourceScorer, type ScoringStrategy } from './scoring-strategy';

/** Upstream's `NodeResourcesFitArgs`. */
export interface NodeResourcesFitArgs {
  /** Extended resources that something else looks after, by name or by the group before the slash. */
  readonly ignoredResources?: readonly string[] | undefined;
  readonly ignoredResourceGroups?: readonly string[] | undefined;
  readonly scoringStrategy?: ScoringStrategy | undefined;
}

/** Keeps a pod off nodes without room for its requests, and prefers nodes by how full they are, the emptiest unless told otherwise. */
export class NodeResourcesFit implements FilterPlugin, ScorePlugin {
  readonly name = 'NodeResourcesFit';
  readonly requeueOn: readonly Requeue[] = [
    // Whatever leaves frees a place, too.
    { resource: 'pods', on: 'delete' },
    { resource: 'pods', on: 'update', hint: (pod, after, before) => asksForLess(after, before, pod.requests.keys()) },
    { resource: 'self', on: 'update', hint: (after, before) => asksForLess(after, before, before.requests.keys()) },
    { resource: 'nodes', on: 'add', hint: emptyNodeNowFits },
    { resource: 'nodes', on: 'update', hint: emptyNodeNowFits },
  ];
  readonly score: (pod: PodState, node: NodeState) => number;
  readonly #isIgnored: (resource: string) => boolean;

  constructor({ ignoredResources = [], ignoredResourceGroups = [], scoringStrategy = DEFAULT_STRATEGY }: NodeResourcesFitArgs = {}) {
    this.score = resourceScorer(scoringStrategy);
    this.#isIgnored = (resource) =>
      isExtended(resource) && (ignoredResources.includes(resource) || ignoredResourceGroups.includes(resource.split('/', 1)[0] ?? ''));
  }

  filter(pod: PodState, node: NodeState): Verdict {
    const short = insufficientResources(pod, node);
    const full = tooManyPods(node);
    if (short.length === 0 && !full) return fits;
    const counted = short.filter((name) => !this.#isIgnored(name));
    if (counted.length === 0 && !full) return fits;
    const reasons = [...(full ? ['Too many pods'] : []), ...counted.map((name) => `Insufficient ${name}`)];
    const never = counted.some((name) => amount(pod.requests, name) > amount(node.allocatable, name));
    return { type: never ? 'unresolvable' : 'unschedulable', reasons };
  }
}

const NONE: readonly string[] = [];

/** The names of what `node` has too little left of, in the order the pod asks. A resource asked for with zero is never short. */
function insufficientResources({ requests }: PodState, { allocatable, requested }: NodeState): readonly string[] {
  let short: string[] | undefined;
  for (const [name, wanted] of requests)
    if (wanted > 0 && wanted > amount(allocatable, name) - amount(requested, name)) (short ??= []).push(name);
  return short ?? NONE;
}

/** Of a vendor's domain, such as `example.com/gpu`. */
function isExtended(resource: string): boolean {
  const [domain = '', name] = resource.split('/', 2);
  return name !== undefined && !resource.startsWith('requests.') && !domain.endsWith('kubernetes.io');
}

function tooManyPods({ allocatable, pods }: NodeState): boolean {
  return pods.size + 1 > amount(allocatable, 'pods');
}

function asksForLess(after: PodState, before: PodState, names: Iterable<string>): boolean {
  for (const name of names) if (amount(after.requests, name) < amount(before.requests, name)) return true;
  return false;
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
