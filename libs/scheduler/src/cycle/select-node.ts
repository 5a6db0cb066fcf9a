import { FitError } from '../framework/fit-error';
import type { FilterPlugin, Plugin, PreFilterPlugin, ScorePlugin } from '../framework/plugin';
import type { Rejection } from '../framework/verdict';
import type { NodeState } from '../state/node-state';
import type { PodState } from '../state/pod-state';
import { feasibleNodesWanted } from './feasible-nodes-wanted';

/** The plugins of a profile, each list in the order of execution. */
export interface ProfilePlugins {
  readonly preFilter: readonly PreFilterPlugin[];
  readonly filter: readonly FilterPlugin[];
  readonly score: readonly { readonly plugin: ScorePlugin; readonly weight: number }[];
}

/**
 * Finds the best node for one pod after another. It starts where it stopped the last time, so that every node gets its turn
 * although a cycle on a large cluster looks at a part only.
 */
export class NodeSelector {
  readonly #plugins: ProfilePlugins;
  readonly #random: () => number;
  #start = 0;

  /** @param random 0 to below 1; breaks ties */
  constructor(plugins: ProfilePlugins, random: () => number) {
    this.#plugins = plugins;
    this.#random = random;
  }

  /** @throws FitError if no node takes the pod */
  select(pod: PodState, nodes: readonly NodeState[]): NodeState {
    const { skipped, nodeNames } = this.#preFilter(pod);
    const filters = this.#plugins.filter.filter((plugin) => !skipped.has(plugin.name));
    const feasible: NodeState[] = [];
    const rejections: Rejection[] = [];
    const rejectedBy = new Set<string>([...nodeNames.keys()]);
    const wanted = feasibleNodesWanted(nodes.length);
    const start = nodes.length === 0 ? 0 : this.#start % nodes.length;
    let looked = 0;
    for (; looked < nodes.length && feasible.length < wanted; looked++) {
      const node = nodes[(start + looked) % nodes.length];
      if (node === undefined || [...nodeNames.values()].some((names) => !names.has(node.name))) continue;
      const rejection = firstRejection(filters, pod, node);
      if (rejection === undefined) feasible.push(node);
      else {
        rejections.push(rejection.verdict);
        rejectedBy.add(rejection.by);
      }
    }
    this.#start = start + looked;
    const best = this.#best(pod, feasible);
    if (best !== undefined) return best;
    const absentReasons = [`node(s) didn't satisfy plugin(s) [${[...nodeNames.keys()].join(' ')}]`];
    throw new FitError({ nodeCount: nodes.length, rejections, rejectedBy, absentReasons });
  }

  #preFilter(pod: PodState): { skipped: ReadonlySet<string>; nodeNames: ReadonlyMap<string, ReadonlySet<string>> } {
    const skipped = new Set<string>();
    const nodeNames = new Map<string, ReadonlySet<string>>();
    for (const plugin of this.#plugins.preFilter) {
      const result = plugin.preFilter(pod);
      if (result === 'skip') skipped.add(plugin.name);
      else if (result !== 'continue') nodeNames.set(plugin.name, result.nodeNames);
    }
    return { skipped, nodeNames };
  }

  #best(pod: PodState, feasible: readonly NodeState[]): NodeState | undefined {
    if (feasible.length < 2) return feasible[0];
    const totals = new Array<number>(feasible.length).fill(0);
    for (const { plugin, weight } of this.#plugins.score) {
      if (plugin.preScore?.(pod) === false) continue;
      const scores = feasible.map((node) => plugin.score(pod, node));
      plugin.normalize?.(scores);
      for (const [index, score] of scores.entries()) totals[index] = (totals[index] ?? 0) + score * weight;
    }
    const highest = totals.reduce((most, total) => Math.max(most, total), -Infinity);
    const tied = feasible.filter((_node, index) => totals[index] === highest);
    return tied[Math.floor(this.#random() * tied.length)];
  }
}

function firstRejection(
  filters: readonly (FilterPlugin & Plugin)[],
  pod: PodState,
  node: NodeState,
): { readonly verdict: Rejection; readonly by: string } | undefined {
  for (const plugin of filters) {
    const verdict = plugin.filter(pod, node);
    if (verdict.type !== 'fits') return { verdict, by: plugin.name };
  }
  return undefined;
}
