import { sleep, type Clock } from '@keelson/apimachinery';
import type { Logger } from '@keelson/component-base';
import type { Container, ContainerRuntime, PodIdentity, RuntimeEvent, Sandbox } from '@keelson/container-runtime';
import { EMPTY_POD_STATE, podState, type PodState } from './pod-state';

/** How often everything is looked at again, in case the runtime's events missed something. */
const RELIST_MILLISECONDS = 10_000;
/** Docker tells that a container has ended a moment before its own lists show it: listeners are told again after so long. */
const ECHO_MILLISECONDS = 200;

export interface PodStatesDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Adds to a container what only the node's files know, such as its termination message. */
  readonly enrich?: (container: Container) => Promise<Container>;
}

/**
 * Tells who wants to know that something changed among a pod's containers (upstream's pod lifecycle event generator), from the runtime's
 * events and from a relist. It remembers only fingerprints: whoever is told reads the pod's state afresh with {@link read}.
 */
export class PodStates {
  readonly #deps: PodStatesDeps;
  readonly #listeners = new Set<(podUid: string) => void>();
  /** Per pod uid, what the last relist saw. */
  #fingerprints = new Map<string, string>();
  #relisted: number;

  constructor(deps: PodStatesDeps) {
    this.#deps = deps;
    this.#relisted = deps.clock.monotonic();
  }

  /** Calls `listener` with the uid of a pod to look at; may be early, late or doubled. @returns its own undo */
  subscribe(listener: (podUid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Straight from the runtime. @throws RuntimeUnavailable */
  async read(podUid: string): Promise<PodState> {
    const [sandboxes, containers] = await Promise.all([
      this.#deps.runtime.sandboxes({ podUid }),
      this.#deps.runtime.containers({ podUid }),
    ]);
    if (sandboxes.length === 0 && containers.length === 0) return EMPTY_POD_STATE;
    return podState(sandboxes, await this.#enriched(containers));
  }

  /** Every pod that the runtime has anything of. */
  async pods(): Promise<ReadonlyMap<string, PodIdentity>> {
    const { sandboxes, containers } = await this.#all();
    return new Map([...sandboxes, ...containers].map(({ pod }) => [pod.uid, pod]));
  }

  /** Milliseconds since the runtime last answered a relist; upstream's health check of the PLEG. */
  get silence(): number {
    return this.#deps.clock.monotonic() - this.#relisted;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#deps.runtime.watch((event) => this.#onEvent(event, signal), signal);
    while (!signal.aborted) {
      await this.#relist().catch((error: unknown) => this.#deps.log.error('Relisting the containers failed', { error }));
      await sleep(this.#deps.clock, RELIST_MILLISECONDS, signal);
    }
    await watching;
  }

  #onEvent(event: RuntimeEvent | undefined, signal: AbortSignal): void {
    if (event === undefined) {
      this.#relist().catch((error: unknown) => this.#deps.log.error('Relisting the containers failed', { error }));
      return;
    }
    this.#tell(event.podUid);
    if (event.type === 'exited') void sleep(this.#deps.clock, ECHO_MILLISECONDS, signal).then(() => this.#tell(event.podUid));
  }

  async #relist(): Promise<void> {
    const { sandboxes, containers } = await this.#all();
    const seen = fingerprints(sandboxes, containers);
    this.#relisted = this.#deps.clock.monotonic();
    const before = this.#fingerprints;
    this.#fingerprints = seen;
    for (const [uid, print] of seen) if (before.get(uid) !== print) this.#tell(uid);
    for (const uid of before.keys()) if (!seen.has(uid)) this.#tell(uid);
  }

  #tell(podUid: string): void {
    for (const listener of this.#listeners) listener(podUid);
  }

  async #all(): Promise<{ sandboxes: readonly Sandbox[]; containers: readonly Container[] }> {
    const [sandboxes, containers] = await Promise.all([this.#deps.runtime.sandboxes(), this.#deps.runtime.containers()]);
    return { sandboxes, containers };
  }

  async #enriched(containers: readonly Container[]): Promise<readonly Container[]> {
    const { enrich } = this.#deps;
    return enrich === undefined ? containers : Promise.all(containers.map(enrich));
  }
}

function fingerprints(sandboxes: readonly Sandbox[], containers: readonly Container[]): Map<string, string> {
  const prints = new Map<string, string>();
  for (const { id, state, pod } of [...sandboxes, ...containers]) prints.set(pod.uid, `${prints.get(pod.uid) ?? ''}${id}=${state} `);
  return prints;
}
