import type { PodStatus } from '@keelson/api';
import { isStaticPod } from '../pod/pod-names';
import type { ReadonlyPod, ReadonlyPodStatus } from '../pod/types';
import type { StatusSink } from '../pod-worker/pod-worker';
import type { MirrorPods } from '../static-pods/mirror-pods';
import type { StatusManager } from './status-manager';

/** Sends a pod's status to the apiserver, under the name and uid that it has there: a static pod's goes to its mirror. */
export class PodStatusSink implements StatusSink {
  readonly #manager: StatusManager;
  readonly #mirrors: MirrorPods;
  /** Of pods with a worker, by the uid the kubelet knows them under. */
  readonly #statuses = new Map<string, PodStatus>();

  constructor(manager: StatusManager, mirrors: MirrorPods) {
    this.#manager = manager;
    this.#mirrors = mirrors;
  }

  status(pod: ReadonlyPod): ReadonlyPodStatus | undefined {
    return this.#statuses.get(pod.metadata.uid);
  }

  set(pod: ReadonlyPod, status: PodStatus): void {
    this.#statuses.set(pod.metadata.uid, status);
    this.refresh(pod);
  }

  /** Writes the last status again, to a mirror that has only now come to be. */
  refresh(pod: ReadonlyPod): void {
    const status = this.#statuses.get(pod.metadata.uid);
    const target = isStaticPod(pod) ? this.#mirrors.mirrorOf(pod) : pod;
    if (status !== undefined && target !== undefined) this.#manager.set(target, status);
  }

  release(pod: ReadonlyPod): void {
    if (!isStaticPod(pod)) this.#manager.release(pod);
  }

  forget(uid: string): void {
    this.#statuses.delete(uid);
  }
}
