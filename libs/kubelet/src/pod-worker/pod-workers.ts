import type { Logger } from '@keelson/component-base';
import { isStaticPod, namespaceOf, podDescription } from '../pod/pod-names';
import type { ReadonlyPod } from '../pod/types';
import type { PodWorker } from './pod-worker';

export interface PodWorkersDeps {
  readonly make: (pod: ReadonlyPod) => PodWorker;
  /** Nothing of the pod is left. */
  readonly onFinished: (pod: ReadonlyPod) => void;
  readonly log: Logger;
  /** When it aborts the workers end, and their pods run on. */
  readonly signal: AbortSignal;
}

/**
 * One worker per pod uid. A static pod that was changed is a pod with a new uid under the old name: it waits until the old one is gone.
 * Invariant: no two workers of static pods with the same name run at once.
 */
export class PodWorkers {
  readonly #deps: PodWorkersDeps;
  readonly #workers = new Map<string, { readonly worker: PodWorker; readonly ended: Promise<void> }>();
  /** Static pods that wait for another of the same name, by that name. */
  readonly #successors = new Map<string, ReadonlyPod>();

  constructor(deps: PodWorkersDeps) {
    this.#deps = deps;
    deps.signal.addEventListener('abort', () => this.all().forEach((worker) => worker.wake()), { once: true });
  }

  get(uid: string): PodWorker | undefined {
    return this.#workers.get(uid)?.worker;
  }

  all(): PodWorker[] {
    return [...this.#workers.values()].map(({ worker }) => worker);
  }

  update(pod: ReadonlyPod): void {
    const { uid } = pod.metadata;
    const existing = this.get(uid);
    if (existing !== undefined) return existing.update(pod);
    if (this.#mustWait(pod)) this.#successors.set(nameOf(pod), pod);
    else this.#start(pod);
  }

  /** The pod has left its source. */
  remove(pod: ReadonlyPod): void {
    if (this.#successors.get(nameOf(pod))?.metadata.uid === pod.metadata.uid) this.#successors.delete(nameOf(pod));
    this.get(pod.metadata.uid)?.remove();
  }

  /** Resolves when the loops have ended, after the kubelet's signal has aborted. */
  async settled(): Promise<void> {
    await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
  }

  #mustWait(pod: ReadonlyPod): boolean {
    return isStaticPod(pod) && this.all().some((worker) => isStaticPod(worker.pod) && nameOf(worker.pod) === nameOf(pod));
  }

  #start(pod: ReadonlyPod): void {
    const worker = this.#deps.make(pod);
    const ended = worker.run().then(
      () => this.#finish(worker.pod),
      (error: unknown) => this.#deps.log.error('The worker of a pod ended unexpectedly', { pod: podDescription(pod), error }),
    );
    this.#workers.set(pod.metadata.uid, { worker, ended });
  }

  #finish(pod: ReadonlyPod): void {
    this.#workers.delete(pod.metadata.uid);
    if (this.#deps.signal.aborted) return;
    this.#deps.onFinished(pod);
    const successor = this.#successors.get(nameOf(pod));
    this.#successors.delete(nameOf(pod));
    if (successor !== undefined) this.update(successor);
  }
}

const nameOf = (pod: ReadonlyPod): string => `${namespaceOf(pod)}/${pod.metadata.name}`;
