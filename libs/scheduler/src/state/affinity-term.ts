import { LabelMatcher, SelectorError, type Labels, type LabelSelector } from '@keelson/apimachinery';
import type { DeepReadonly, Pod, PodAffinityTerm } from '@keelson/api';

/** Which pods a term of pod affinity or anti-affinity means, compiled once; immutable. */
export class AffinityTerm {
  readonly topologyKey: string;
  /** The same for terms that mean the same pods in the same topology. */
  readonly id: string;
  readonly #namespaces: ReadonlySet<string>;
  readonly #namespaceSelector: LabelMatcher;
  readonly #selector: LabelMatcher;

  /** @param ownNamespace what a term without namespaces and without a selector of them means */
  constructor(term: DeepReadonly<PodAffinityTerm>, ownNamespace: string) {
    const { labelSelector, namespaces = [], namespaceSelector, topologyKey } = term;
    const named = namespaces.length === 0 && namespaceSelector === undefined ? [ownNamespace] : namespaces;
    this.topologyKey = topologyKey;
    this.#namespaces = new Set(named);
    this.#namespaceSelector = matcherOf(namespaceSelector);
    this.#selector = matcherOf(labelSelector);
    const selectors = [this.#namespaceSelector, this.#selector].map((matcher) => (matcher.isNothing ? null : matcher.toString()));
    this.id = JSON.stringify([topologyKey, [...this.#namespaces].sort(), ...selectors]);
  }

  /** Whether a namespace's labels can change what the term means. */
  get asksNamespaceLabels(): boolean {
    return !this.#namespaceSelector.isNothing && !this.#namespaceSelector.isEverything;
  }

  matches({ metadata }: DeepReadonly<Pod>, namespaceLabels: Labels | undefined): boolean {
    const inNamespace = this.#namespaces.has(metadata.namespace ?? '') || this.#namespaceSelector.matches(namespaceLabels);
    return inNamespace && this.#selector.matches(metadata.labels);
  }
}

/** The apiserver admits no selector that can't be compiled; should one come from elsewhere, it matches nothing. */
function matcherOf(selector: DeepReadonly<LabelSelector> | undefined): LabelMatcher {
  try {
    return LabelMatcher.of(selector);
  } catch (error) {
    if (error instanceof SelectorError) return LabelMatcher.nothing;
    throw error;
  }
}

export interface WeightedAffinityTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

/** A pod's terms. A required term has weight 1. */
export interface AffinityTerms {
  readonly requiredAffinity: readonly WeightedAffinityTerm[];
  readonly requiredAntiAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

export const AFFINITY_KINDS = ['requiredAffinity', 'requiredAntiAffinity', 'preferredAffinity', 'preferredAntiAffinity'] as const;

export type AffinityKind = (typeof AFFINITY_KINDS)[number];

const NO_TERMS: AffinityTerms = { requiredAffinity: [], requiredAntiAffinity: [], preferredAffinity: [], preferredAntiAffinity: [] };

export function affinityTermsOf({ metadata, spec }: DeepReadonly<Pod>): AffinityTerms {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NO_TERMS;
  const namespace = metadata.namespace ?? '';
  type Sides = typeof podAffinity | typeof podAntiAffinity;
  const required = (sides: Sides): WeightedAffinityTerm[] =>
    (sides?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ term: new AffinityTerm(term, namespace), weight: 1 }));
  const preferred = (sides: Sides): WeightedAffinityTerm[] =>
    (sides?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm, weight }) => ({
      term: new AffinityTerm(podAffinityTerm, namespace),
      weight,
    }));
  return {
    requiredAffinity: required(podAffinity),
    requiredAntiAffinity: required(podAntiAffinity),
    preferredAffinity: preferred(podAffinity),
    preferredAntiAffinity: preferred(podAntiAffinity),
  };
}

/** Whether `pod` is one that all `terms` mean; of no terms it is not. */
export function matchesAll(terms: readonly AffinityTerm[], pod: DeepReadonly<Pod>, namespaceLabels: Labels | undefined): boolean {
  return terms.length > 0 && terms.every((term) => term.matches(pod, namespaceLabels));
}
