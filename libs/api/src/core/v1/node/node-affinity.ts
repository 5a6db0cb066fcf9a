import type { DeepReadonly } from '@keelson/apimachinery';
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../../generated/core/v1';

/** The only field of a node that `matchFields` may name. */
const NAME_FIELD = 'metadata.name';
const INTEGER = /^[+-]?\d+$/;

/** Whether a node is what a pod's `nodeSelector` and required node affinity ask for. */
export function matchesNodeAffinity(spec: DeepReadonly<Pick<PodSpec, 'affinity' | 'nodeSelector'>>, node: DeepReadonly<Node>): boolean {
  const labels = node.metadata.labels ?? {};
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}

/** Terms are alternatives; without one, nothing matches. */
export function matchesNodeSelector({ nodeSelectorTerms }: DeepReadonly<NodeSelector>, node: DeepReadonly<Node>): boolean {
  return nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node));
}

/** All requirements of a term hold together; a term without any matches nothing. */
export function matchesNodeSelectorTerm(
  { matchExpressions = [], matchFields = [] }: DeepReadonly<NodeSelectorTerm>,
  { metadata }: DeepReadonly<Node>,
): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = metadata.labels ?? {};
  return (
    matchExpressions.every((requirement) => holds(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => requirement.key === NAME_FIELD && holds(requirement, metadata.name))
  );
}

/** The only nodes that can match, by name, if every term names some; undefined if any node might. */
export function nodesNamedBy({ nodeSelectorTerms }: DeepReadonly<NodeSelector>): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields = [] } of nodeSelectorTerms) {
    const lists = matchFields.filter(({ key, operator }) => key === NAME_FIELD && operator === 'In').map(({ values }) => values ?? []);
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return names;
}

function holds({ operator, values = [] }: DeepReadonly<NodeSelectorRequirement>, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return compares(actual, values[0], (a, b) => a > b);
    case 'Lt':
      return compares(actual, values[0], (a, b) => a < b);
    default:
      return false;
  }
}

/** What is no whole number is neither greater nor less. */
function compares(actual: string | undefined, bound: string | undefined, holds: (actual: bigint, bound: bigint) => boolean): boolean {
  if (actual === undefined || bound === undefined || !INTEGER.test(actual) || !INTEGER.test(bound)) return false;
  return holds(BigInt(actual), BigInt(bound));
}
