import type { Logger } from '@keelson/component-base';
import type { ContainerRuntime, PodIdentity } from '@keelson/container-runtime';
import type { PodStates } from '../runtime-state/pod-states';
import type { PodVolumes } from '../volumes/pod-volumes';

/** What a container gets whose pod nobody knows any more. */
const ORPHAN_GRACE_SECONDS = 30;

export interface OrphanCollectorDeps {
  readonly runtime: ContainerRuntime;
  readonly states: PodStates;
  readonly volumes: PodVolumes;
  /** Whether the pod has a worker, which then cares for it. */
  readonly isKnown: (podUid: string) => boolean;
  readonly log: Logger;
}

/** Removes containers and folders of pods that left while no kubelet ran. Only to be used once all sources have told their pods. */
export class OrphanCollector {
  readonly #deps: OrphanCollectorDeps;

  constructor(deps: OrphanCollectorDeps) {
    this.#deps = deps;
  }

  async collect(): Promise<void> {
    const { states, volumes, isKnown } = this.#deps;
    const running = await states.pods();
    await Promise.all([...running.values()].filter(({ uid }) => !isKnown(uid)).map((pod) => this.#remove(pod)));
    for (const uid of await volumes.leftovers()) if (!isKnown(uid) && !running.has(uid)) await volumes.tearDown(uid);
  }

  async #remove(pod: PodIdentity): Promise<void> {
    const { runtime, states, log } = this.#deps;
    log.info('Removing the containers of a pod that is no longer known', { pod: `${pod.namespace}/${pod.name}`, uid: pod.uid });
    const { containers, sandboxes } = await states.read(pod.uid);
    await Promise.all(
      containers.filter(({ state }) => state === 'running').map(({ id }) => runtime.stopContainer(id, ORPHAN_GRACE_SECONDS)),
    );
    for (const { id } of containers) await runtime.removeContainer(id);
    for (const { id } of sandboxes) {
      await runtime.stopSandbox(id);
      await runtime.removeSandbox(id);
    }
  }
}
