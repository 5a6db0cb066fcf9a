import {
  poddisruptionbudgets,
  podIsTerminal,
  pods,
  type DeepReadonly,
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
} from '@keelson/api';
import {
  findCondition,
  formatTime,
  LabelMatcher,
  objectKey,
  parseTime,
  scaledValue,
  semanticEqual,
  StatusError,
  type Clock,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { CacheEvent, Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { budgetStatus, failedStatus, pendingDisruptions, type Budgeted } from './budget-status';
import { expectedScale, type ExpectedScaleDeps } from './expected-scale';
import { selectorText } from './selector-text';

/** A pod that is not being deleted this long after it was told it would be is told that it stays; upstream's `stalePodDisruptionTimeout`. */
const STALE_DISRUPTION_MILLISECONDS = 2 * 60 * 1000;
/** Before the keys of pods whose condition may be stale; all others are budgets. */
const STALE_PREFIX = 'stale disruption of ';

export interface DisruptionControllerDeps extends ExpectedScaleDeps {
  readonly client: ApiClient;
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/**
 * Works out how many pods each PodDisruptionBudget lets be evicted now, and takes back the announcement of a disruption that did not come.
 * Source: pkg/controller/disruption.
 */
export class DisruptionController implements Controller {
  readonly name = 'disruption';
  readonly #deps: DisruptionControllerDeps;

  constructor(deps: DisruptionControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    const { budgets, deployments, pods: informer, replicaSets, replicationControllers, statefulSets } = this.#deps;
    watch.for(budgets);
    watch.mapped(informer, (pod, event) => this.#budgetsOf(pod, event));
    watch.mapped(informer, (pod, { type }) =>
      type === 'delete' || this.#untilStale(pod) === undefined ? [] : [`${STALE_PREFIX}${objectKey(pod.metadata)}`],
    );
    watch.reads(deployments);
    watch.reads(replicaSets);
    watch.reads(replicationControllers);
    watch.reads(statefulSets);
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    if (key.startsWith(STALE_PREFIX)) return this.#clearStale(key.slice(STALE_PREFIX.length), signal);
    const budget = this.#deps.budgets.get(key);
    if (budget === undefined) return undefined;
    try {
      return await this.#update(budget, signal);
    } catch (error) {
      // What is known is old then, and not wrong: the next reconcile finds what is new.
      if (signal.aborted || StatusError.is(error, 'Conflict')) throw error;
      const message = error instanceof Error ? error.message : String(error);
      await this.#write(budget, failedStatus(budget, message, this.#deps.clock.now()), signal);
      throw error;
    }
  }

  /** A pod should have one budget at most: who evicts it refuses otherwise. */
  #budgetsOf(pod: DeepReadonly<Pod>, event: CacheEvent<Pod>): ObjectKey[] {
    const { budgets, recorder } = this.#deps;
    const matching = (labels: DeepReadonly<Pod>['metadata']['labels']): DeepReadonly<PodDisruptionBudget>[] =>
      budgets.list(pod.metadata.namespace).filter(({ spec }) => LabelMatcher.of(spec.selector).matches(labels ?? {}));
    const now = matching(pod.metadata.labels);
    const before = event.type === 'update' ? matching(event.previous.metadata.labels) : [];
    const [first, second] = now;
    if (first !== undefined && second !== undefined) {
      const words = `Pod "${pod.metadata.namespace ?? ''}"/"${pod.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
      recorder.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', words);
    }
    return [...new Set([...now, ...before].map(({ metadata }) => objectKey(metadata)))];
  }

  async #update(budget: DeepReadonly<PodDisruptionBudget>, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const { clock, pods: informer, recorder } = this.#deps;
    const now = clock.now();
    const { namespace = '', name } = budget.metadata;
    const selected = informer.select(namespace, LabelMatcher.of(budget.spec.selector));
    if (selected.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    const wanted = await this.#wanted(budget, selected, signal);
    const { overdue, pending, recheckAfter } = pendingDisruptions(budget, selected, now);
    for (const pod of overdue)
      recorder.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`);
    await this.#write(budget, budgetStatus(budget, { ...wanted, pods: selected, now }, pending), signal);
    return recheckAfter === undefined ? undefined : { requeueAfter: recheckAfter };
  }

  /** How many pods there should be, and how many of them must stay healthy. */
  async #wanted(
    budget: DeepReadonly<PodDisruptionBudget>,
    selected: readonly DeepReadonly<Pod>[],
    signal: AbortSignal,
  ): Promise<Pick<Budgeted, 'expected' | 'desiredHealthy'>> {
    const { maxUnavailable, minAvailable } = budget.spec;
    if (maxUnavailable === undefined && typeof minAvailable === 'number')
      return { expected: selected.length, desiredHealthy: minAvailable };
    if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, desiredHealthy: 0 };
    try {
      const { expected, unmanaged } = await expectedScale(selected, this.#deps, signal);
      if (unmanaged.length > 0) this.#sayUnmanaged(budget);
      if (maxUnavailable === undefined) return { expected, desiredHealthy: scaledValue(minAvailable ?? 0, expected, 'up') };
      return { expected, desiredHealthy: Math.max(0, expected - scaledValue(maxUnavailable, expected, 'up')) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const words = `Failed to calculate the number of expected pods: ${message}`;
      if (!signal.aborted) this.#deps.recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', words);
      throw error;
    }
  }

  #sayUnmanaged(budget: DeepReadonly<PodDisruptionBudget>): void {
    this.#deps.recorder.event(
      budget,
      'Warning',
      'UnmanagedPods',
      `Pods selected by this PodDisruptionBudget (selector: ${selectorText(budget.spec.selector)}) were found to be unmanaged. ` +
        'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
        'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    );
  }

  async #write(budget: DeepReadonly<PodDisruptionBudget>, status: PodDisruptionBudgetStatus, signal: AbortSignal): Promise<void> {
    if (semanticEqual(status, budget.status)) return;
    const next = { ...(structuredClone(budget) as PodDisruptionBudget), status };
    await this.#deps.client.resource(poddisruptionbudgets).updateStatus(next, { signal });
  }

  /** Milliseconds until the pod's announced disruption counts as one that does not come; undefined if none is announced that could be taken back. */
  #untilStale(pod: DeepReadonly<Pod>): number | undefined {
    const condition = findCondition(pod.status?.conditions, 'DisruptionTarget');
    if (pod.metadata.deletionTimestamp !== undefined || podIsTerminal(pod)) return undefined;
    // The kubelet may take any time between its announcement and the deletion.
    if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
    const since = parseTime(condition.lastTransitionTime ?? '') ?? 0;
    return Math.max(0, since + STALE_DISRUPTION_MILLISECONDS - this.#deps.clock.now());
  }

  async #clearStale(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const pod = this.#deps.pods.get(key);
    const left = pod === undefined ? undefined : this.#untilStale(pod);
    if (pod === undefined || left === undefined) return undefined;
    if (left > 0) return { requeueAfter: left };
    const next = structuredClone(pod) as Pod;
    const lastTransitionTime = formatTime(this.#deps.clock.now());
    const conditions = (next.status?.conditions ?? []).map((condition) =>
      condition.type === 'DisruptionTarget' ? { type: condition.type, status: 'False', lastTransitionTime } : condition,
    );
    await this.#deps.client.resource(pods).updateStatus({ ...next, status: { ...next.status, conditions } }, { signal });
    return undefined;
  }
}
