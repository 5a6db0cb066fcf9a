import type { Container, Sandbox } from '@keelson/container-runtime';
import { CONTAINER_HASH_ANNOTATION, containerHash } from '../pod/container-hash';
import { ephemeralContainersOf, initContainersOf, isSidecar, sidecarsOf } from '../pod/pod-containers';
import { isRestartedAfter } from '../pod/restart-policy';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';
import { newestContainer, type PodState } from '../runtime-state/pod-state';

/** What the probes say of a container; a container without that probe has `success`. */
export interface ProbeVerdicts {
  /** `failure`: it must be killed. */
  liveness(containerId: string): 'success' | 'failure';
  /** `unknown` until the startup probe succeeds. */
  startup(containerId: string): 'success' | 'failure' | 'unknown';
}

export interface ContainerKill {
  readonly container: Container;
  readonly reason: 'definition-changed' | 'liveness-failed' | 'startup-failed' | 'unknown-state';
}

/** The way from what is to what should be. At most one of the kinds of work is left out by an earlier one that has to be done first. */
export interface PodActions {
  /** Everything of the pod is stopped first, sandbox included. */
  readonly killPod: boolean;
  /** Present: a new sandbox is made, with this attempt. */
  readonly newSandboxAttempt?: number;
  readonly kill: readonly ContainerKill[];
  /** Started in this order: ephemeral containers first; an init container comes alone behind them, or behind sidecars that are restarted. */
  readonly start: readonly { readonly container: ReadonlyContainer; readonly init: boolean }[];
  /** Dead containers that nobody asks for any more: all but the newest of each name. */
  readonly remove: readonly Container[];
}

const NOTHING: PodActions = { killPod: false, kill: [], start: [], remove: [] };

/** Pure and level-triggered: the same pod and state give the same actions, whatever happened before. */
export function computePodActions(pod: ReadonlyPod, state: PodState, probes: ProbeVerdicts): PodActions {
  const sandbox = usableSandbox(pod, state);
  return sandbox === undefined ? startAnew(pod, state) : { ...goOn(pod, state, sandbox, probes), remove: superseded(state) };
}

/** The one ready sandbox; more than one, or one without an address where it needs one, is not usable. */
function usableSandbox(pod: ReadonlyPod, state: PodState): Sandbox | undefined {
  const [newest] = state.sandboxes;
  if (newest?.state !== 'ready' || state.sandboxes.filter((sandbox) => sandbox.state === 'ready').length > 1) return undefined;
  return newest.ips.length === 0 && pod.spec.hostNetwork !== true ? undefined : newest;
}

function startAnew(pod: ReadonlyPod, state: PodState): PodActions {
  const attempt = (state.sandboxes[0]?.attempt ?? -1) + 1;
  const wanted = pod.spec.containers.filter((container) => isWanted(pod, state, container));
  const everRan = state.containers.length > 0;
  if (everRan && (wanted.length === 0 || (pod.spec.restartPolicy === 'Never' && attempt > 0))) return { ...NOTHING, killPod: true };
  const [firstInit] = initContainersOf(pod);
  const start = firstInit === undefined ? wanted.map((container) => ({ container, init: false })) : [{ container: firstInit, init: true }];
  return { ...NOTHING, killPod: true, newSandboxAttempt: attempt, start };
}

/** Whether a container should run: it has never run, runs, or is restarted after the way it ended. */
function isWanted(pod: ReadonlyPod, state: PodState, container: ReadonlyContainer): boolean {
  const newest = newestContainer(state, container.name);
  return newest?.state !== 'exited' || isRestartedAfter(pod, container, { exitCode: newest.exitCode ?? 137, init: false });
}

function goOn(pod: ReadonlyPod, state: PodState, sandbox: Sandbox, probes: ProbeVerdicts): PodActions {
  const inSandbox = { ...state, containers: state.containers.filter(({ sandboxId }) => sandboxId === sandbox.id) };
  const initialized = pod.spec.containers.some(({ name }) => newestContainer(inSandbox, name) !== undefined);
  const init = computeInitActions(pod, inSandbox, { probes, initialized });
  if (init.outcome === 'failed') return { ...NOTHING, killPod: true };
  const first = [...ephemeralToStart(pod, state), ...init.start];
  if (init.outcome === 'blocked') return { ...NOTHING, kill: init.kill, start: first };

  const main = pod.spec.containers.map((container) =>
    computeContainerAction(pod, newestContainer(state, container.name), { container, init: false, probes }),
  );
  if (main.every((action) => action === 'done')) return { ...NOTHING, killPod: true };
  const kill = main.filter((action) => isKill(action));
  const start = pod.spec.containers.filter((container, index) => mustStart(pod, container, main[index]));
  return { ...NOTHING, kill: [...init.kill, ...kill], start: [...first, ...start.map((container) => ({ container, init: false }))] };
}

/** An ephemeral container needs no init container to have ended, and whatever became of it, it is never started again. */
function ephemeralToStart(pod: ReadonlyPod, state: PodState): PodActions['start'] {
  const missing = ephemeralContainersOf(pod).filter(({ name }) => newestContainer(state, name) === undefined);
  return missing.map((container) => ({ container, init: false }));
}

type ContainerAction = 'keep' | 'start' | 'done' | ContainerKill;

const isKill = (action: ContainerAction): action is ContainerKill => typeof action === 'object';

/** After a kill the container starts again, unless its pod forbids it: then its end is seen first, and judged as any other. */
function mustStart(pod: ReadonlyPod, container: ReadonlyContainer, action: ContainerAction | undefined): boolean {
  if (action === 'start') return true;
  if (action === undefined || !isKill(action)) return false;
  return action.reason === 'definition-changed' || isRestartedAfter(pod, container, { exitCode: 137, init: false });
}

function computeContainerAction(
  pod: ReadonlyPod,
  newest: Container | undefined,
  asked: { readonly container: ReadonlyContainer; readonly init: boolean; readonly probes: ProbeVerdicts },
): ContainerAction {
  if (newest === undefined || newest.state === 'created') return 'start';
  if (newest.state === 'unknown') return { container: newest, reason: 'unknown-state' };
  if (newest.state === 'exited')
    return isRestartedAfter(pod, asked.container, { exitCode: newest.exitCode ?? 137, init: asked.init }) ? 'start' : 'done';
  const hash = newest.annotations[CONTAINER_HASH_ANNOTATION];
  if (hash !== undefined && hash !== containerHash(asked.container)) return { container: newest, reason: 'definition-changed' };
  if (asked.probes.liveness(newest.id) === 'failure') return { container: newest, reason: 'liveness-failed' };
  if (asked.probes.startup(newest.id) === 'failure') return { container: newest, reason: 'startup-failed' };
  return 'keep';
}

interface InitActions {
  readonly outcome: 'complete' | 'blocked' | 'failed';
  readonly kill: readonly ContainerKill[];
  readonly start: PodActions['start'];
}

/** Walks the init containers in order up to the first that the next has to wait for. */
function computeInitActions(
  pod: ReadonlyPod,
  state: PodState,
  { probes, initialized }: { readonly probes: ProbeVerdicts; readonly initialized: boolean },
): InitActions {
  const kill: ContainerKill[] = [];
  const start: { container: ReadonlyContainer; init: boolean }[] = [];
  const walked = initialized ? sidecarsOf(pod) : initContainersOf(pod);
  for (const container of walked) {
    const newest = newestContainer(state, container.name);
    const action = computeContainerAction(pod, newest, { container, init: true, probes });
    if (isKill(action)) kill.push(action);
    if (action === 'start' || isKill(action)) start.push({ container, init: true });
    if (action === 'done' && newest?.exitCode !== 0) return { outcome: 'failed', kill, start: [] };
    const passed = action === 'done' || (action === 'keep' && isSidecar(container) && probes.startup(newest?.id ?? '') === 'success');
    if (!passed && !initialized) return { outcome: 'blocked', kill, start };
  }
  return { outcome: 'complete', kill, start };
}

function superseded(state: PodState): readonly Container[] {
  const kept = new Map<string, number>();
  return state.containers.filter(({ name, state }) => {
    if (state !== 'exited') return false;
    kept.set(name, (kept.get(name) ?? 0) + 1);
    return (kept.get(name) ?? 0) > KEPT_DEAD_CONTAINERS;
  });
}

/** The dead containers kept of each name: the present instance's and the one whose logs `--previous` shows. */
const KEPT_DEAD_CONTAINERS = 2;
