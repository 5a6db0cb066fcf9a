import { sleep, StatusError, type Clock } from '@keelson/apimachinery';
import { pods as podResource } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { namespaceOf, podDescription } from '../pod/pod-names';
import type { ReadonlyPod, ReadonlyPodStatus } from '../pod/types';
import { statusPatch } from './status-patch';

const RETRY_MILLISECONDS = 1_000;
const MAX_RETRY_MILLISECONDS = 10_000;

interface Entry {
  /** The pod in the apiserver: the mirror for a static pod. */
  pod: ReadonlyPod;
  status: ReadonlyPodStatus | undefined;
  /** What the apiserver is known to have. */
  written: ReadonlyPodStatus | undefined;
  /** The resource version of `written`. */
  version: string;
  /** The pod's containers and volumes are gone: once its status is written it may leave the apiserver. */
  deletable: boolean;
  dirty: boolean;
}

export interface StatusManagerDeps {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Writes pods' statuses to the apiserver and, last, deletes the pods that are finished with. Of many changes of one pod the newest is
 * written; what could not be written is tried again until it is, or until the pod is gone.
 * Invariant: for one uid at most one request is under way.
 */
export class StatusManager {
  readonly #deps: StatusManagerDeps;
  readonly #entries = new Map<string, Entry>();
  /** The uids whose writer runs. */
  readonly #writing = new Set<string>();

  constructor(deps: StatusManagerDeps) {
    this.#deps = deps;
  }

  /** The status last set, however far its writing got. */
  status(uid: string): ReadonlyPodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  /** @param pod as it is in the apiserver */
  set(pod: ReadonlyPod, status: ReadonlyPodStatus): void {
    const entry = this.#entry(pod);
    entry.pod = pod;
    entry.status = status;
    this.#wake(pod.metadata.uid, entry);
  }

  /** What the apiserver now has; a status that someone else overwrote is written again. */
  observe(pod: ReadonlyPod): void {
    const entry = this.#entries.get(pod.metadata.uid);
    if (entry === undefined || isOlder(pod.metadata.resourceVersion, entry.version)) return;
    entry.pod = pod;
    entry.written = pod.status;
    entry.version = pod.metadata.resourceVersion;
    if (entry.status !== undefined) this.#wake(pod.metadata.uid, entry);
  }

  /** Nothing of the pod is left on the node: it leaves the apiserver as soon as its status has arrived there. */
  release(pod: ReadonlyPod): void {
    const entry = this.#entry(pod);
    entry.pod = pod;
    entry.deletable = true;
    this.#wake(pod.metadata.uid, entry);
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  #entry(pod: ReadonlyPod): Entry {
    const { uid } = pod.metadata;
    const entry = this.#entries.get(uid) ?? {
      pod,
      status: undefined,
      written: pod.status,
      version: pod.metadata.resourceVersion,
      deletable: false,
      dirty: false,
    };
    this.#entries.set(uid, entry);
    return entry;
  }

  #wake(uid: string, entry: Entry): void {
    entry.dirty = true;
    if (this.#writing.has(uid)) return;
    this.#writing.add(uid);
    void this.#write(uid).finally(() => this.#writing.delete(uid));
  }

  async #write(uid: string): Promise<void> {
    let wait = RETRY_MILLISECONDS;
    while (!this.#deps.signal.aborted) {
      const entry = this.#entries.get(uid);
      if (entry?.dirty !== true) return;
      entry.dirty = false;
      try {
        await this.#writeOnce(uid, entry);
        wait = RETRY_MILLISECONDS;
      } catch (error) {
        entry.dirty = true;
        this.#deps.log.warn('Writing the status of a pod failed', { pod: podDescription(entry.pod), error });
        await sleep(this.#deps.clock, wait, this.#deps.signal);
        wait = Math.min(wait * 2, MAX_RETRY_MILLISECONDS);
      }
    }
  }

  async #writeOnce(uid: string, entry: Entry): Promise<void> {
    const pods = this.#deps.client.resource(podResource);
    const name = { namespace: namespaceOf(entry.pod), name: entry.pod.metadata.name };
    const { status, deletable } = entry;
    try {
      const patch = status === undefined ? undefined : statusPatch(entry.written, status);
      if (patch !== undefined) {
        const document = { metadata: { uid }, status: patch };
        const written = await pods.patch(
          name,
          { type: 'strategic', patch: document },
          { subresource: 'status', signal: this.#deps.signal },
        );
        entry.written = written.status;
        entry.version = written.metadata.resourceVersion;
      }
      if (!deletable) return;
      await pods.delete(name, { gracePeriodSeconds: 0, preconditions: { uid }, signal: this.#deps.signal });
      this.#entries.delete(uid);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#entries.delete(uid);
    }
  }
}

/** Not there any more, or another pod has taken its name: a status patch names the uid it is meant for. */
function isGone(error: unknown): boolean {
  return StatusError.is(error, 'NotFound') || (StatusError.is(error, 'Conflict') && /\buid\b/i.test(error.message));
}

/** Resource versions can be ordered since KEP-5504: a watch event may come later than the answer to a newer write. */
function isOlder(version: string, than: string): boolean {
  return version.length < than.length || (version.length === than.length && version < than);
}
