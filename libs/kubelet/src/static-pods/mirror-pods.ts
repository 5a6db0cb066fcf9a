import { StatusError } from '@keelson/apimachinery';
import { pods as podResource, type Draft, type Pod } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import { CONFIG_HASH_ANNOTATION, CONFIG_MIRROR_ANNOTATION, namespaceOf } from '../pod/pod-names';
import type { ReadonlyNode, ReadonlyPod } from '../pod/types';

export interface MirrorPodsDeps {
  readonly client: ApiClient;
  readonly node: () => ReadonlyNode | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Shows each static pod in the apiserver by a mirror, and takes the mirror away with it. Level-triggered by {@link reconcile}: a mirror
 * that was deleted comes back, one of an older version is replaced.
 */
export class MirrorPods {
  readonly #deps: MirrorPodsDeps;
  /** Both by `namespace/name`. */
  readonly #statics = new Map<string, ReadonlyPod>();
  readonly #mirrors = new Map<string, ReadonlyPod>();
  /** The names whose reconciliation is under way. */
  readonly #busy = new Set<string>();

  constructor(deps: MirrorPodsDeps) {
    this.#deps = deps;
  }

  mirrorOf(pod: ReadonlyPod): ReadonlyPod | undefined {
    const mirror = this.#mirrors.get(nameOf(pod));
    return mirror !== undefined && isMirrorOf(mirror, pod) ? mirror : undefined;
  }

  /** The static pod behind a mirror, by the mirror's name. */
  staticPod(namespace: string, name: string): ReadonlyPod | undefined {
    return this.#statics.get(`${namespace}/${name}`);
  }

  setStatic(pod: ReadonlyPod): void {
    this.#statics.set(nameOf(pod), pod);
    this.#wake(nameOf(pod));
  }

  deleteStatic(pod: ReadonlyPod): void {
    if (this.#statics.get(nameOf(pod))?.metadata.uid === pod.metadata.uid) this.#statics.delete(nameOf(pod));
    this.#wake(nameOf(pod));
  }

  setMirror(mirror: ReadonlyPod): void {
    this.#mirrors.set(nameOf(mirror), mirror);
    this.#wake(nameOf(mirror));
  }

  deleteMirror(mirror: ReadonlyPod): void {
    if (this.#mirrors.get(nameOf(mirror))?.metadata.uid === mirror.metadata.uid) this.#mirrors.delete(nameOf(mirror));
    this.#wake(nameOf(mirror));
  }

  /** Looks at all of them again; for what failed before. */
  async reconcileAll(): Promise<void> {
    for (const name of new Set([...this.#statics.keys(), ...this.#mirrors.keys()])) await this.#reconcile(name);
  }

  #wake(name: string): void {
    void this.#reconcile(name);
  }

  async #reconcile(name: string): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    try {
      await this.#converge(name);
    } catch (error) {
      if (!this.#deps.signal.aborted) this.#deps.log.warn('Mirroring a static pod failed', { pod: name, error });
    } finally {
      this.#busy.delete(name);
    }
  }

  async #converge(name: string): Promise<void> {
    const mirror = this.#mirrors.get(name);
    const pod = this.#statics.get(name);
    const isCurrent =
      mirror !== undefined && pod !== undefined && mirror.metadata.deletionTimestamp === undefined && isMirrorOf(mirror, pod);
    if (isCurrent) return;
    if (mirror !== undefined) await this.#delete(mirror);
    if (pod !== undefined) await this.#create(pod);
  }

  async #delete(mirror: ReadonlyPod): Promise<void> {
    const name = { namespace: namespaceOf(mirror), name: mirror.metadata.name };
    const options = { gracePeriodSeconds: 0, preconditions: { uid: mirror.metadata.uid }, signal: this.#deps.signal };
    await this.#deps.client
      .resource(podResource)
      .delete(name, options)
      .catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
      });
    if (this.#mirrors.get(nameOf(mirror))?.metadata.uid === mirror.metadata.uid) this.#mirrors.delete(nameOf(mirror));
  }

  async #create(pod: ReadonlyPod): Promise<void> {
    const node = this.#deps.node();
    if (node === undefined) return;
    const created = await this.#deps.client
      .resource(podResource)
      .create(mirrorPod(pod, node), { signal: this.#deps.signal })
      .catch((error: unknown) => {
        if (StatusError.is(error, 'AlreadyExists')) return undefined;
        throw error;
      });
    if (created !== undefined) this.#mirrors.set(nameOf(pod), created);
  }
}

/** The apiserver's view of a static pod: itself, marked by its hash, owned by its node. */
function mirrorPod(pod: ReadonlyPod, node: ReadonlyNode): Draft<Pod> {
  const hash = pod.metadata.annotations?.[CONFIG_HASH_ANNOTATION] ?? '';
  const { name, namespace, labels, annotations } = pod.metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: namespace ?? 'default',
      labels: { ...labels },
      annotations: { ...annotations, [CONFIG_MIRROR_ANNOTATION]: hash },
      ownerReferences: [owner],
    },
    spec: structuredClone(pod.spec) as Pod['spec'],
  };
}

function isMirrorOf(mirror: ReadonlyPod, pod: ReadonlyPod): boolean {
  return mirror.metadata.annotations?.[CONFIG_MIRROR_ANNOTATION] === pod.metadata.annotations?.[CONFIG_HASH_ANNOTATION];
}

const nameOf = (pod: ReadonlyPod): string => `${namespaceOf(pod)}/${pod.metadata.name}`;
