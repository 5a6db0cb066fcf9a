import type { Clock } from '@keelson/apimachinery';
import { CycleState } from '../framework/cycle-state';
import { FitError } from '../framework/fit-error';
import type { FilterPlugin } from '../framework/plugin';
import type { Profile } from '../framework/profile';
import type { Rejection } from '../framework/verdict';
import type { NodeState } from '../state/node-state';
import type { PodState } from '../state/pod-state';
import type { CycleObserver, ExtensionPoint } from './cycle-observer';
import { feasibleNodesWanted } from './feasible-nodes-wanted';

export interface NodeSelectorOptions {
  readonly profile: Profile;
  readonly clock: Clock;
  /** 0 to below 1; breaks ties. */
  readonly random: () => number;
  readonly observer: CycleObserver;
}

/** One pod's way through the extension points. */
interface Cycle {
  readonly pod: PodState;
  readonly nodes: readonly NodeState[];
  readonly state: CycleState;
}

/** What PreFilter left to do. */
interface Narrowed {
  readonly filters: readonly FilterPlugin[];
  /** The plugins that narrowed the nodes to some, with their names. */
  readonly nodeNames: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Finds the best node for one pod after another. It starts where it stopped the last time, so that every node gets its turn
 * although a cycle on a large cluster looks at a part only.
 */
export class NodeSelector {
  readonly #options: NodeSelectorOptions;
  readonly #profile: Profile;
  #start = 0;

  constructor(options: NodeSelectorOptions) {
    this.#options = options;
    this.#profile = options.profile;
  }

  /** @throws FitError if no node takes the pod */
  select(pod: PodState, nodes: readonly NodeState[]): NodeState {
    const cycle = { pod, nodes, state: new CycleState() };
    const narrowed = this.#timed('PreFilter', () => this.#preFilter(cycle));
    const feasible = this.#timed('Filter', () => this.#filter(cycle, narrowed));
    const [only, ...others] = feasible;
    if (only !== undefined && others.length === 0) return only;
    return this.#best(cycle, feasible);
  }

  #preFilter({ pod, state }: Cycle): Narrowed {
    const skipped = new Set<string>();
    const nodeNames = new Map<string, ReadonlySet<string>>();
    for (const plugin of this.#profile.preFilter) {
      this.#asked(plugin.name, 'PreFilter');
      const result = plugin.preFilter(pod, state);
      if (result === 'continue') continue;
      if (result === 'skip') skipped.add(plugin.name);
      else nodeNames.set(plugin.name, result.nodeNames);
    }
    return { filters: this.#profile.filter.filter(({ name }) => !skipped.has(name)), nodeNames };
  }

  /** At least one node. */
  #filter({ pod, nodes, state }: Cycle, { filters, nodeNames }: Narrowed): readonly NodeState[] {
    for (const { name } of filters) this.#asked(name, 'Filter');
    const allowed = [...nodeNames.values()];
    const feasible: NodeState[] = [];
    const rejections: Rejection[] = [];
    const rejectedBy = new Set<string>(nodeNames.keys());
    const wanted = feasibleNodesWanted(nodes.length, this.#profile.percentageOfNodesToScore);
    const start = nodes.length === 0 ? 0 : this.#start % nodes.length;
    let looked = 0;
    for (; looked < nodes.length && feasible.length < wanted; looked++) {
      const node = nodes[(start + looked) % nodes.length];
      if (node === undefined || !allowed.every((names) => names.has(node.name))) continue;
      const rejection = firstRejection(filters, { pod, node, state });
      if (rejection === undefined) feasible.push(node);
      else {
        rejections.push(rejection.verdict);
        rejectedBy.add(rejection.by);
      }
    }
    this.#start = start + looked;
    if (feasible.length > 0) return feasible;
    const absentReasons = [`node(s) didn't satisfy plugin(s) [${[...nodeNames.keys()].join(' ')}]`];
    throw new FitError({ nodeCount: nodes.length, rejections, rejectedBy, absentReasons });
  }

  /** @param feasible at least one */
  #best(cycle: Cycle, feasible: readonly NodeState[]): NodeState {
    const left = this.#timed('PreScore', () => this.#preScore(cycle));
    const totals = this.#timed('Score', () => this.#score(cycle, feasible, left));
    const highest = totals.reduce((most, total) => Math.max(most, total), -Infinity);
    const tied = feasible.filter((_node, index) => totals[index] === highest);
    const best = tied[Math.floor(this.#options.random() * tied.length)];
    if (best === undefined) throw new Error(`no node is the best of ${feasible.length}: a plugin's score is no number`);
    return best;
  }

  /** @returns the plugins that have nothing to score */
  #preScore({ pod, state }: Cycle): ReadonlySet<string> {
    const left = new Set<string>();
    for (const plugin of this.#profile.preScore) {
      this.#asked(plugin.name, 'PreScore');
      if (!plugin.preScore(pod, state)) left.add(plugin.name);
    }
    return left;
  }

  #score({ pod, state }: Cycle, feasible: readonly NodeState[], left: ReadonlySet<string>): readonly number[] {
    const totals = new Array<number>(feasible.length).fill(0);
    for (const { plugin, weight } of this.#profile.score) {
      if (left.has(plugin.name)) continue;
      this.#asked(plugin.name, 'Score');
      const scores = feasible.map((node) => plugin.score(pod, node, state));
      plugin.normalize?.(scores);
      for (let index = 0; index < scores.length; index++) totals[index] = (totals[index] ?? 0) + (scores[index] ?? 0) * weight;
    }
    return totals;
  }

  #asked(plugin: string, point: ExtensionPoint): void {
    this.#options.observer.asked(plugin, point, this.#profile.schedulerName);
  }

  #timed<T>(point: ExtensionPoint, run: () => T): T {
    const { clock, observer } = this.#options;
    const profile = this.#profile.schedulerName;
    const begun = clock.monotonic();
    try {
      const result = run();
      observer.ranPoint(point, { profile, status: 'Success', duration: clock.monotonic() - begun });
      return result;
    } catch (error) {
      const status = error instanceof FitError ? 'Unschedulable' : 'Error';
      observer.ranPoint(point, { profile, status, duration: clock.monotonic() - begun });
      throw error;
    }
  }
}

function firstRejection(
  filters: readonly FilterPlugin[],
  { pod, node, state }: { readonly pod: PodState; readonly node: NodeState; readonly state: CycleState },
): { readonly verdict: Rejection; readonly by: string } | undefined {
  for (const plugin of filters) {
    const verdict = plugin.filter(pod, node, state);
    if (verdict.type !== 'fits') return { verdict, by: plugin.name };
  }
  return undefined;
}
