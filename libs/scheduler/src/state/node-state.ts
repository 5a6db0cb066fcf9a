import type { DeepReadonly, Node } from '@keelson/api';
import { HostPorts } from './host-ports';
import { imagesOf, type Images } from './image-index';
import type { PodState } from './pod-state';
import { addTo, parseResources, type Resources } from './resources';

/**
 * A node and the sums over the pods on it, kept up by differences.
 * Invariant: `requested`, `scoringRequested` and `ports` are those of exactly the pods in `pods`.
 */
export class NodeState {
  readonly name: string;
  #node: DeepReadonly<Node> | undefined;
  #allocatable: Resources = new Map();
  #images: Images = new Map();
  readonly #pods = new Map<string, PodState>();
  readonly #requested = new Map<string, number>();
  readonly #scoringRequested = new Map<string, number>();
  readonly ports = new HostPorts();

  constructor(name: string) {
    this.name = name;
  }

  /** Absent while pods are known to be on a node that itself is not known, or no longer. */
  get node(): DeepReadonly<Node> | undefined {
    return this.#node;
  }

  get allocatable(): Resources {
    return this.#allocatable;
  }

  get images(): Images {
    return this.#images;
  }

  get requested(): Resources {
    return this.#requested;
  }

  get scoringRequested(): Resources {
    return this.#scoringRequested;
  }

  /** By uid. */
  get pods(): ReadonlyMap<string, PodState> {
    return this.#pods;
  }

  setNode(node: DeepReadonly<Node> | undefined): void {
    this.#node = node;
    this.#allocatable = parseResources(node?.status?.allocatable);
    this.#images = imagesOf(node);
  }

  /** Adds a pod, or replaces it if one of its uid is there. */
  addPod(pod: PodState): void {
    this.removePod(pod.uid);
    this.#pods.set(pod.uid, pod);
    this.#count(pod, 1);
  }

  /** @returns the pod, if it was there */
  removePod(uid: string): PodState | undefined {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return undefined;
    this.#pods.delete(uid);
    this.#count(pod, -1);
    return pod;
  }

  #count(pod: PodState, sign: 1 | -1): void {
    addTo(this.#requested, pod.requests, sign);
    addTo(this.#scoringRequested, pod.scoringRequests, sign);
    for (const port of pod.hostPorts) this.ports.count(port, sign);
  }
}
