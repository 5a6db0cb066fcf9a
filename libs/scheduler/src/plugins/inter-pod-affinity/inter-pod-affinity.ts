import type { Labels } from '@keelson/apimachinery';
import { CycleKey, type CycleState } from '../../framework/cycle-state';
import {
  MAX_NODE_SCORE,
  type FilterPlugin,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type Requeue,
  type ScorePlugin,
} from '../../framework/plugin';
import { fits, unresolvable, unschedulable, type Verdict } from '../../framework/verdict';
import type { AffinityIndex } from '../../state/affinity-index';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import type { TopologyCounts } from '../../state/topology-counts';
import { affinityRequeues } from './requeue-hints';

/** What the filter asks of each node. */
interface Demands {
  /** Domains with pods whose anti-affinity means this pod. */
  readonly hostile: readonly TopologyCounts[];
  readonly wanted: readonly TopologyCounts[];
  readonly unwanted: readonly TopologyCounts[];
  /** Nothing that it wants to be with is anywhere, and it wants to be with its like: it may be the first, wherever the topology is. */
  readonly isFirst: boolean;
}

interface Attraction {
  readonly counts: TopologyCounts;
  /** For each pod in the domain; below zero repels. */
  readonly weight: number;
}

const DEMANDS = new CycleKey<Demands>('InterPodAffinity demands');
const ATTRACTIONS = new CycleKey<readonly Attraction[]>('InterPodAffinity attractions');

/** Upstream's `InterPodAffinityArgs`. */
export interface InterPodAffinityArgs {
  /** How much a pod's required affinity draws the pods that it means, 0 to 100. */
  readonly hardPodAffinityWeight?: number | undefined;
  /** Whether pods without preferences of their own are left alone by those of the pods on nodes. */
  readonly ignorePreferredTermsOfExistingPods?: boolean | undefined;
}

/** Keeps pods together and apart, by the domains (nodes, zones...) in which the pods are that their terms mean, and the terms that mean them. */
export class InterPodAffinity implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin {
  readonly name = 'InterPodAffinity';
  readonly requeueOn: readonly Requeue[] = affinityRequeues;
  readonly #index: AffinityIndex;
  readonly #hardPodAffinityWeight: number;
  readonly #ignoreExistingPreferences: boolean;

  constructor(index: AffinityIndex, { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false }: InterPodAffinityArgs = {}) {
    this.#index = index;
    this.#hardPodAffinityWeight = hardPodAffinityWeight;
    this.#ignoreExistingPreferences = ignorePreferredTermsOfExistingPods;
  }

  preFilter(pod: PodState, cycle: CycleState): PreFilterResult {
    const { requiredAffinity, requiredAntiAffinity } = pod.affinity;
    const hostile = this.#index.holdersMeaning('requiredAntiAffinity', pod).map(({ counts }) => counts);
    if (hostile.length + requiredAffinity.length + requiredAntiAffinity.length === 0) return 'skip';
    // One pod must meet all terms of affinity; each term of anti-affinity keeps away by itself.
    const wanted = requiredAffinity.length === 0 ? [] : this.#index.countsOf(requiredAffinity.map(({ term }) => term));
    const unwanted = requiredAntiAffinity.flatMap(({ term }) => this.#index.countsOf([term]));
    const isFirst = wanted.every((counts) => counts.isEmpty) && this.#index.meansItself(pod);
    DEMANDS.write(cycle, { hostile, wanted, unwanted, isFirst });
    return 'continue';
  }

  filter(_pod: PodState, { node }: NodeState, cycle: CycleState): Verdict {
    const { hostile, wanted, unwanted, isFirst } = DEMANDS.read(cycle);
    const labels = node?.metadata.labels ?? {};
    if (!isWhereWanted(wanted, labels, isFirst)) return unresolvable("node(s) didn't match pod affinity rules");
    if (anyIn(unwanted, labels)) return unschedulable("node(s) didn't match pod anti-affinity rules");
    return anyIn(hostile, labels) ? unschedulable("node(s) didn't satisfy existing pods anti-affinity rules") : fits;
  }

  preScore(pod: PodState, cycle: CycleState): boolean {
    const attractions = [...this.#ownAttractions(pod), ...this.#othersAttractions(pod)].filter(({ counts }) => !counts.isEmpty);
    ATTRACTIONS.write(cycle, attractions);
    return attractions.length > 0;
  }

  score(_pod: PodState, { node }: NodeState, cycle: CycleState): number {
    const labels = node?.metadata.labels ?? {};
    let sum = 0;
    for (const { counts, weight } of ATTRACTIONS.read(cycle)) sum += weight * (counts.at(labels) ?? 0);
    return sum;
  }

  /** The least, which may be below zero, becomes 0. */
  normalize(scores: number[]): void {
    let least = Infinity;
    let greatest = -Infinity;
    for (const score of scores) {
      least = Math.min(least, score);
      greatest = Math.max(greatest, score);
    }
    const range = greatest - least;
    for (let index = 0; index < scores.length; index++)
      scores[index] = range === 0 ? 0 : Math.trunc(MAX_NODE_SCORE * (((scores[index] ?? 0) - least) / range));
  }

  #ownAttractions({ affinity }: PodState): Attraction[] {
    const sides = [
      { terms: affinity.preferredAffinity, sign: 1 },
      { terms: affinity.preferredAntiAffinity, sign: -1 },
    ];
    return sides.flatMap(({ terms, sign }) =>
      terms.flatMap(({ term, weight }) => this.#index.countsOf([term]).map((counts) => ({ counts, weight: sign * weight }))),
    );
  }

  #othersAttractions(pod: PodState): Attraction[] {
    const { preferredAffinity, preferredAntiAffinity } = pod.affinity;
    if (this.#ignoreExistingPreferences && preferredAffinity.length + preferredAntiAffinity.length === 0) return [];
    const sides = [
      { kind: 'requiredAffinity', factor: this.#hardPodAffinityWeight },
      { kind: 'preferredAffinity', factor: 1 },
      { kind: 'preferredAntiAffinity', factor: -1 },
    ] as const;
    return sides.flatMap(({ kind, factor }) =>
      factor === 0 ? [] : this.#index.holdersMeaning(kind, pod).map(({ counts, weight }) => ({ counts, weight: factor * weight })),
    );
  }
}

function isWhereWanted(wanted: readonly TopologyCounts[], labels: Labels, isFirst: boolean): boolean {
  return wanted.every((counts) => {
    const pods = counts.at(labels);
    return pods !== undefined && (pods > 0 || isFirst);
  });
}

function anyIn(domains: readonly TopologyCounts[], labels: Labels): boolean {
  return domains.some((counts) => (counts.at(labels) ?? 0) > 0);
}
