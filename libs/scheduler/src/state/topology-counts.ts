import type { Labels } from '@keelson/apimachinery';

/** How many pods there are in each domain of one topology, such as in each zone. Invariant: every count is above zero. */
export class TopologyCounts {
  readonly topologyKey: string;
  readonly #counts = new Map<string, number>();

  constructor(topologyKey: string) {
    this.topologyKey = topologyKey;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** Counts pods on a node with these labels; one without the topology's label is in no domain. */
  add(nodeLabels: Labels, pods: number): void {
    const domain = nodeLabels[this.topologyKey];
    if (domain === undefined) return;
    const count = (this.#counts.get(domain) ?? 0) + pods;
    if (count === 0) this.#counts.delete(domain);
    else this.#counts.set(domain, count);
  }

  /** The pods in the domain of a node with these labels; undefined if it is in none. */
  at(nodeLabels: Labels): number | undefined {
    const domain = nodeLabels[this.topologyKey];
    return domain === undefined ? undefined : (this.#counts.get(domain) ?? 0);
  }
}
