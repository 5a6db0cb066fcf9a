import { CycleKey, type CycleState } from '../../framework/cycle-state';
import { MAX_NODE_SCORE, type PreScorePlugin, type ScorePlugin } from '../../framework/plugin';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { DEFAULT_SCORED_RESOURCES, isScalarResource, type ResourceSpec } from '../../state/resource-spec';

const ASKED = new CycleKey<readonly Asked[]>('NodeResourcesBalancedAllocation requests');

interface Asked {
  readonly name: string;
  readonly amount: number;
}

/** Upstream's `NodeResourcesBalancedAllocationArgs`. */
export interface NodeResourcesBalancedAllocationArgs {
  readonly resources?: readonly ResourceSpec[] | undefined;
}

/** Prefers nodes whose resources the pod makes more evenly used: what is left of cpu is of no use without memory. */
export class NodeResourcesBalancedAllocation implements PreScorePlugin, ScorePlugin {
  readonly name = 'NodeResourcesBalancedAllocation';
  readonly #resources: readonly ResourceSpec[];
  /** The shares of one node without the pod and with it: scratch space, so that no node costs an allocation. */
  readonly #before: number[] = [];
  readonly #after: number[] = [];

  constructor({ resources = DEFAULT_SCORED_RESOURCES }: NodeResourcesBalancedAllocationArgs = {}) {
    this.#resources = resources;
  }

  /** A pod that asks for nothing would change no node, and all such pods would go to the same. */
  preScore({ requests }: PodState, cycle: CycleState): boolean {
    const asked = this.#resources.map(({ name }) => ({ name, amount: requests.get(name) ?? 0 }));
    ASKED.write(
      cycle,
      asked.filter(({ name, amount }) => amount > 0 || !isScalarResource(name)),
    );
    return asked.some(({ amount }) => amount > 0);
  }

  /** 50 (the pod unbalances the node altogether) over 75 (no difference) to 100. */
  score(_pod: PodState, { allocatable, requested }: NodeState, cycle: CycleState): number {
    const before = this.#before;
    const after = this.#after;
    before.length = 0;
    after.length = 0;
    for (const { name, amount } of ASKED.read(cycle)) {
      const capacity = allocatable.get(name) ?? 0;
      if (capacity === 0) continue;
      const used = requested.get(name) ?? 0;
      before.push(Math.min(used / capacity, 1));
      after.push(Math.min((used + amount) / capacity, 1));
    }
    const half = MAX_NODE_SCORE / 2;
    return half + Math.trunc((half + balance(after) - balance(before)) / 2);
  }
}

/** {@link MAX_NODE_SCORE} when all shares are the same, less by their standard deviation. */
function balance(shares: readonly number[]): number {
  return Math.trunc((1 - deviation(shares)) * MAX_NODE_SCORE);
}

function deviation(shares: readonly number[]): number {
  if (shares.length < 2) return 0;
  // As upstream: half of what is between two, which the formula would round differently.
  if (shares.length === 2) return Math.abs(((shares[0] ?? 0) - (shares[1] ?? 0)) / 2);
  let sum = 0;
  for (const share of shares) sum += share;
  const mean = sum / shares.length;
  let squares = 0;
  for (const share of shares) squares += (share - mean) ** 2;
  return Math.sqrt(squares / shares.length);
}
