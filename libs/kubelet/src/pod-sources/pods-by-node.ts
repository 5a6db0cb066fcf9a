import type { Pod } from '@keelson/api';
import type { CacheEvent, Informer } from '@keelson/controller-runtime';
import type { ReadonlyPod } from '../pod/types';

/** A change of one of a node's pods, as its source sees it. */
export type PodChange = { readonly type: 'set'; readonly pod: ReadonlyPod } | { readonly type: 'delete'; readonly pod: ReadonlyPod };

export type PodListener = (change: PodChange) => void;

/**
 * Hands the pods of one informer to the kubelets of the nodes they are bound to: one watch serves any number of nodes in a process,
 * and a change costs what its one receiver costs.
 */
export class PodsByNode {
  readonly #informer: Informer<Pod>;
  readonly #listeners = new Map<string, PodListener>();

  constructor(informer: Informer<Pod>) {
    this.#informer = informer;
    informer.addIndex('spec.nodeName', (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
    informer.subscribe((event) => this.#deliver(event));
  }

  get synced(): Promise<void> {
    return this.#informer.synced;
  }

  get hasSynced(): boolean {
    return this.#informer.hasSynced;
  }

  /** Calls `listener` for each pod there is, then for every change. One listener per node. @returns its own undo */
  subscribe(nodeName: string, listener: PodListener): () => void {
    this.#listeners.set(nodeName, listener);
    for (const pod of this.#informer.byIndex('spec.nodeName', nodeName)) listener({ type: 'set', pod });
    return () => void this.#listeners.delete(nodeName);
  }

  #deliver(event: CacheEvent<Pod>): void {
    const { object: pod } = event;
    const listener = this.#listeners.get(pod.spec.nodeName ?? '');
    if (listener === undefined) return;
    // Deleted and made again under the same name while the watch was down: an update between two uids.
    if (event.type === 'update' && event.previous.metadata.uid !== pod.metadata.uid) listener({ type: 'delete', pod: event.previous });
    listener({ type: event.type === 'delete' ? 'delete' : 'set', pod });
  }
}
