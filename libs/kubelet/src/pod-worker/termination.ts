import type { Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Container, ContainerRuntime } from '@keelson/container-runtime';
import { allContainersOf, initContainersOf, isSidecar } from '../pod/pod-containers';
import { podDescription } from '../pod/pod-names';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { runHook } from './container-hooks';
import type { PodEvents } from './pod-events';

/** What a container gets after its preStop hook, even if the hook took all of the grace period. */
const MINIMUM_GRACE_SECONDS = 2;

export interface TerminationDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: PodEvents;
}

/**
 * Stops running containers of one pod: the pod's own at once, then its sidecars one by one against their order of start (KEP-753),
 * all within one grace period; each after its preStop hook. The period can be shortened while it runs, never lengthened.
 */
export class Termination {
  readonly #deps: TerminationDeps;
  readonly #pod: ReadonlyPod;
  /** Aborts the hooks when the grace period is over or shortened to less than they take. */
  readonly #hooks = new AbortController();
  /** Those not yet known to have ended. */
  readonly #remaining = new Set<Container>();
  #deadline: number;
  /** A period of 0 was asked for: nobody gets the minimum either. */
  #forced: boolean;

  constructor(deps: TerminationDeps, pod: ReadonlyPod, graceSeconds: number) {
    this.#deps = deps;
    this.#pod = pod;
    this.#deadline = deps.clock.monotonic() + graceSeconds * 1000;
    this.#forced = graceSeconds === 0;
  }

  /** @throws RuntimeUnavailable if the runtime can't be reached; what was not stopped then still runs */
  async run(containers: readonly Container[], message?: (container: Container) => string): Promise<void> {
    for (const container of containers) this.#remaining.add(container);
    const sidecars = initContainersOf(this.#pod)
      .filter(isSidecar)
      .map(({ name }) => name);
    const stop = (container: Container): Promise<void> =>
      this.#stop(container, message?.(container) ?? `Stopping container ${container.name}`);
    await Promise.all(containers.filter(({ name }) => !sidecars.includes(name)).map(stop));
    for (const name of sidecars.reverse()) await Promise.all(containers.filter((container) => container.name === name).map(stop));
  }

  /** From now on at most `graceSeconds` are left: what still runs then is killed. */
  async shorten(graceSeconds: number): Promise<void> {
    const deadline = this.#deps.clock.monotonic() + graceSeconds * 1000;
    if (deadline >= this.#deadline) return;
    this.#deadline = deadline;
    this.#forced ||= graceSeconds === 0;
    if (this.#forced) this.#hooks.abort();
    await Promise.all([...this.#remaining].map(({ id }) => this.#deps.runtime.stopContainer(id, graceSeconds)));
  }

  async #stop(container: Container, message: string): Promise<void> {
    this.#deps.events.normal(this.#pod, 'Killing', message, container.name);
    const spec = allContainersOf(this.#pod).find(({ name }) => name === container.name);
    if (spec?.lifecycle?.preStop !== undefined && !this.#forced) await this.#preStop(container, spec);
    await this.#deps.runtime.stopContainer(container.id, this.#forced ? 0 : Math.max(this.#secondsLeft(), MINIMUM_GRACE_SECONDS));
    this.#remaining.delete(container);
  }

  async #preStop(container: Container, spec: ReadonlyContainer): Promise<void> {
    const { runtime, clock, log, events } = this.#deps;
    const expired = new AbortController();
    const cancel = clock.setTimeout(() => expired.abort(), this.#secondsLeft() * 1000);
    const signal = AbortSignal.any([expired.signal, this.#hooks.signal]);
    const podIP = this.#pod.status?.podIP;
    try {
      await runHook(spec.lifecycle?.preStop ?? {}, { containerId: container.id, container: spec, podIP }, { runtime, clock, signal });
    } catch (error) {
      log.warn('The preStop hook of a container failed', { pod: podDescription(this.#pod), container: container.name, error });
      events.warning(this.#pod, 'FailedPreStopHook', 'PreStopHook failed', container.name);
    } finally {
      cancel();
    }
  }

  #secondsLeft(): number {
    return Math.max(0, Math.ceil((this.#deadline - this.#deps.clock.monotonic()) / 1000));
  }
}
