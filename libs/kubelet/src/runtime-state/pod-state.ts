import type { Container, Sandbox } from '@keelson/container-runtime';

/** What the runtime has of one pod; both lists newest first. */
export interface PodState {
  readonly sandboxes: readonly Sandbox[];
  readonly containers: readonly Container[];
}

export const EMPTY_POD_STATE: PodState = { sandboxes: [], containers: [] };

export function podState(sandboxes: readonly Sandbox[], containers: readonly Container[]): PodState {
  const byAge = (a: Sandbox | Container, b: Sandbox | Container): number => b.attempt - a.attempt || b.createdAt - a.createdAt;
  return { sandboxes: [...sandboxes].sort(byAge), containers: [...containers].sort(byAge) };
}

/** The newest container made under `name`, in whatever sandbox. */
export function newestContainer(state: PodState, name: string): Container | undefined {
  return state.containers.find((container) => container.name === name);
}

export function runningContainers(state: PodState): readonly Container[] {
  return state.containers.filter(({ state }) => state === 'running');
}

/** The sandbox in use: the newest, if it is ready. */
export function readySandbox(state: PodState): Sandbox | undefined {
  const newest = state.sandboxes[0];
  return newest?.state === 'ready' ? newest : undefined;
}
