import { deepEqual, type Labels } from '@keelson/apimachinery';
import { AFFINITY_KINDS, matchesAll, type AffinityKind, type AffinityTerm } from './affinity-term';
import type { PodState } from './pod-state';
import { TopologyCounts } from './topology-counts';

/** So many questions about pods on nodes are kept answered; the one not asked for the longest goes first. */
const MAX_COUNTERS = 256;

/** The pods on nodes that hold the same term with the same weight. */
export interface TermHolders {
  readonly term: AffinityTerm;
  readonly weight: number;
  readonly counts: TopologyCounts;
}

/** The pods on nodes that all `terms` mean, counted in each of their topologies. */
interface PodCounter {
  readonly terms: readonly AffinityTerm[];
  readonly counts: readonly TopologyCounts[];
}

interface Holders extends TermHolders {
  pods: number;
}

/**
 * What inter-pod affinity asks about the pods on nodes, kept up as pods come and go. A cycle then costs as much as there are different
 * terms, and not as much as there are pods or nodes: the pods of one Deployment share their terms.
 *
 * Invariants: `#pods` holds each pod on a known node once, with the node's labels it was counted by; every holder has at least one pod;
 * every counter equals what a count over `#pods` would give.
 */
export class AffinityIndex {
  readonly #pods = new Map<PodState, Labels>();
  readonly #holders: Readonly<Record<AffinityKind, Map<string, Holders>>> = {
    requiredAffinity: new Map(),
    requiredAntiAffinity: new Map(),
    preferredAffinity: new Map(),
    preferredAntiAffinity: new Map(),
  };
  /** By the ids of the terms; in the order in which they were last asked. */
  readonly #counters = new Map<string, PodCounter>();
  readonly #namespaces = new Map<string, Labels>();

  /** A pod is on a node with these labels. */
  add(pod: PodState, nodeLabels: Labels): void {
    this.#pods.set(pod, nodeLabels);
    this.#count(pod, nodeLabels, 1);
  }

  /** Idempotent. */
  remove(pod: PodState): void {
    const nodeLabels = this.#pods.get(pod);
    if (nodeLabels === undefined) return;
    this.#pods.delete(pod);
    this.#count(pod, nodeLabels, -1);
  }

  /** A namespace's labels are these; undefined when it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    if (deepEqual(this.#namespaces.get(name), labels)) return;
    if (labels === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, labels);
    for (const [id, { terms }] of this.#counters) if (terms.some((term) => term.asksNamespaceLabels)) this.#counters.delete(id);
  }

  /** Whether one of the pod's own terms means the pod itself: the first of a group that wants to be together. */
  meansItself({ pod, affinity }: PodState): boolean {
    const terms = affinity.requiredAffinity.map(({ term }) => term);
    return matchesAll(terms, pod, this.#namespaceLabels(pod.metadata.namespace));
  }

  /** Those who hold a term of this kind that means `pod`. */
  holdersMeaning(kind: AffinityKind, { pod }: PodState): TermHolders[] {
    const namespaceLabels = this.#namespaceLabels(pod.metadata.namespace);
    return [...this.#holders[kind].values()].filter(({ term }) => term.matches(pod, namespaceLabels));
  }

  /** For each term the pods that all of them mean, in the domains of its topology. Stays up to date for this turn of the event loop only. */
  countsOf(terms: readonly AffinityTerm[]): readonly TopologyCounts[] {
    const id = terms.map((term) => term.id).join();
    const counter = this.#counters.get(id) ?? this.#newCounter(terms);
    this.#counters.delete(id);
    this.#counters.set(id, counter);
    for (const oldest of this.#counters.keys()) {
      if (this.#counters.size <= MAX_COUNTERS) break;
      this.#counters.delete(oldest);
    }
    return counter.counts;
  }

  #newCounter(terms: readonly AffinityTerm[]): PodCounter {
    const counter = { terms, counts: terms.map(({ topologyKey }) => new TopologyCounts(topologyKey)) };
    for (const [pod, nodeLabels] of this.#pods) this.#countIn(counter, { pod, nodeLabels, sign: 1 });
    return counter;
  }

  #count(pod: PodState, nodeLabels: Labels, sign: 1 | -1): void {
    for (const counter of this.#counters.values()) this.#countIn(counter, { pod, nodeLabels, sign });
    for (const kind of AFFINITY_KINDS) {
      const all = this.#holders[kind];
      for (const { term, weight } of pod.affinity[kind]) {
        const id = `${weight} ${term.id}`;
        const holders = all.get(id) ?? { term, weight, counts: new TopologyCounts(term.topologyKey), pods: 0 };
        holders.pods += sign;
        holders.counts.add(nodeLabels, sign);
        if (holders.pods === 0) all.delete(id);
        else all.set(id, holders);
      }
    }
  }

  #countIn({ terms, counts }: PodCounter, { pod, nodeLabels, sign }: { pod: PodState; nodeLabels: Labels; sign: 1 | -1 }): void {
    if (!matchesAll(terms, pod.pod, this.#namespaceLabels(pod.pod.metadata.namespace))) return;
    for (const count of counts) count.add(nodeLabels, sign);
  }

  #namespaceLabels(namespace = ''): Labels | undefined {
    return this.#namespaces.get(namespace);
  }
}
