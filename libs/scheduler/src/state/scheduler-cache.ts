import { deepEqual } from '@keelson/apimachinery';
import type { DeepReadonly, Node } from '@keelson/api';
import { AffinityIndex } from './affinity-index';
import { ImageIndex } from './image-index';
import { NodeState } from './node-state';
import type { PodState } from './pod-state';

/**
 * What the scheduler knows of nodes and of the pods on them, together with what it decided and has not yet seen confirmed.
 * A change costs what that node costs; a cycle reads the states in place, so nothing is copied.
 *
 * Invariants: a pod is on one node at most; an assumed pod is on the node it was assumed for; `ready` holds the states whose node is known;
 * `affinity` counts the pods on those nodes, by the labels that they have now, and `images` their images.
 */
export class SchedulerCache {
  readonly affinity = new AffinityIndex();
  readonly images = new ImageIndex();
  readonly #states = new Map<string, NodeState>();
  readonly #ready: NodeState[] = [];
  /** The node's name by the pod's uid. */
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Set<string>();

  /** Every node that can be asked, in a stable order. Valid until the next change. */
  get nodes(): readonly NodeState[] {
    return this.#ready;
  }

  /** For the metric `scheduler_cache_size`. */
  get sizes(): { readonly nodes: number; readonly pods: number; readonly assumed: number } {
    return { nodes: this.#ready.length, pods: this.#placed.size, assumed: this.#assumed.size };
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  setNode(node: DeepReadonly<Node>): void {
    const state = this.#stateOf(node.metadata.name);
    const { images, node: before } = state;
    if (before === undefined) this.#ready.push(state);
    state.setNode(node);
    this.images.replace(images, state.images);
    if (before === undefined || !deepEqual(before.metadata.labels, node.metadata.labels)) this.#recount(state);
  }

  /** The pods on it stay until they are removed themselves: their deletion comes over another watch. */
  removeNode(name: string): void {
    const state = this.#states.get(name);
    if (state?.node === undefined) return;
    this.#ready.splice(this.#ready.indexOf(state), 1);
    this.images.replace(state.images, new Map());
    state.setNode(undefined);
    this.#recount(state);
    this.#dropIfEmpty(state);
  }

  /** Takes a pod to be on `nodeName` before the apiserver knows. @throws Error if it is on a node already */
  assume(pod: PodState, nodeName: string): void {
    const present = this.#placed.get(pod.uid);
    if (present !== undefined) throw new Error(`pod ${pod.key} cannot be assumed on ${nodeName}: it is on ${present}`);
    this.#place(pod, nodeName);
    this.#assumed.add(pod.uid);
  }

  /** Takes an assumption back. A pod that was confirmed meanwhile stays: the apiserver's word counts. @returns whether it was assumed */
  forget(uid: string): boolean {
    if (!this.#assumed.has(uid)) return false;
    this.removePod(uid);
    return true;
  }

  /** The apiserver says that `pod` is on its `spec.nodeName`: confirms an assumption, corrects one, or adds the pod. Idempotent. */
  confirm(pod: PodState): void {
    const nodeName = pod.pod.spec.nodeName;
    if (nodeName === undefined || nodeName === '') throw new Error(`pod ${pod.key} has no spec.nodeName`);
    this.removePod(pod.uid);
    this.#place(pod, nodeName);
  }

  removePod(uid: string): void {
    const nodeName = this.#placed.get(uid);
    if (nodeName === undefined) return;
    this.#placed.delete(uid);
    this.#assumed.delete(uid);
    const state = this.#stateOf(nodeName);
    const pod = state.removePod(uid);
    if (pod !== undefined) this.affinity.remove(pod);
    this.#dropIfEmpty(state);
  }

  #place(pod: PodState, nodeName: string): void {
    this.#placed.set(pod.uid, nodeName);
    const state = this.#stateOf(nodeName);
    state.addPod(pod);
    if (state.node !== undefined) this.affinity.add(pod, state.node.metadata.labels ?? {});
  }

  /** A node's labels say which domains its pods are in; pods on a node that is not known are in none. */
  #recount({ node, pods }: NodeState): void {
    for (const pod of pods.values()) {
      this.affinity.remove(pod);
      if (node !== undefined) this.affinity.add(pod, node.metadata.labels ?? {});
    }
  }

  #stateOf(name: string): NodeState {
    const state = this.#states.get(name) ?? new NodeState(name);
    this.#states.set(name, state);
    return state;
  }

  #dropIfEmpty(state: NodeState): void {
    if (state.node === undefined && state.pods.size === 0) this.#states.delete(state.name);
  }
}
