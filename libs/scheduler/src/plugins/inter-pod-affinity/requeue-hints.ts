import { deepEqual } from '@keelson/apimachinery';
import type { DeepReadonly, Node } from '@keelson/api';
import type { Requeue } from '../../framework/plugin';
import { matchesAll, type AffinityTerm } from '../../state/affinity-term';
import type { PodState } from '../../state/pod-state';

/**
 * What may let a pod fit that affinity or anti-affinity kept from every node. As upstream's hints, they do not look at the labels of
 * namespaces, so that a term with a namespace selector is taken to mean the pods of its named namespaces, or of all.
 */
export const affinityRequeues: readonly Requeue[] = [
  { resource: 'pods', on: 'add', hint: (pod, added) => means(wanted(pod), added) },
  { resource: 'pods', on: 'update', hint: nowMeantOrNoLonger },
  { resource: 'pods', on: 'delete', hint: (pod, gone) => means(unwanted(pod), gone) || means(unwanted(gone), pod) },
  // Another pod's anti-affinity may have meant its old labels.
  { resource: 'self', on: 'update', hint: (after, before) => !deepEqual(after.pod.metadata.labels, before.pod.metadata.labels) },
  { resource: 'nodes', on: 'add', hint: newNodeMayHelp },
  { resource: 'nodes', on: 'update', hint: movedNodeMayHelp },
];

const wanted = ({ affinity }: PodState): AffinityTerm[] => affinity.requiredAffinity.map(({ term }) => term);
const unwanted = ({ affinity }: PodState): AffinityTerm[] => affinity.requiredAntiAffinity.map(({ term }) => term);
const means = (terms: readonly AffinityTerm[], { pod }: PodState): boolean => matchesAll(terms, pod, undefined);

function nowMeantOrNoLonger(pod: PodState, after: PodState, before: PodState): boolean {
  const isWantedNow = means(wanted(pod), after) && !means(wanted(pod), before);
  const wasUnwanted = means(unwanted(pod), before) && !means(unwanted(pod), after);
  return isWantedNow || wasUnwanted;
}

/** One in the topology of an affinity, or any for a pod with anti-affinity: where no domain is, nothing keeps it away. */
function newNodeMayHelp(pod: PodState, { metadata }: DeepReadonly<Node>): boolean {
  return unwanted(pod).length > 0 || wanted(pod).some(({ topologyKey }) => metadata.labels?.[topologyKey] !== undefined);
}

/** One that moved into another domain; for anti-affinity also one that left its domain. */
function movedNodeMayHelp(pod: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined): boolean {
  const now = after.metadata.labels ?? {};
  const then = before?.metadata.labels ?? {};
  const entered = ({ topologyKey }: AffinityTerm): boolean => now[topologyKey] !== undefined && now[topologyKey] !== then[topologyKey];
  const left = ({ topologyKey }: AffinityTerm): boolean => then[topologyKey] !== undefined && now[topologyKey] !== then[topologyKey];
  return wanted(pod).some(entered) || unwanted(pod).some(left);
}
