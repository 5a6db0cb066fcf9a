import type { DeepReadonly, Node } from '@keelson/api';
import type { HostPort, PodState } from './pod-state';
import { addTo, parseResources, type Resources } from './resources';

/**
 * A node and the sums over the pods on it, kept up by differences.
 * Invariant: `requested`, `scoringRequested` and the ports are those of exactly the pods in `pods`.
 */
export class NodeState {
  readonly name: string;
  #node: DeepReadonly<Node> | undefined;
  #allocatable: Resources = new Map();
  readonly #pods = new Map<string, PodState>();
  readonly #requested = new Map<string, number>();
  readonly #scoringRequested = new Map<string, number>();

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
  }

  /** Adds a pod, or replaces it if one of its uid is there. */
  addPod(pod: PodState): void {
    this.removePod(pod.uid);
    this.#pods.set(pod.uid, pod);
    this.#count(pod, 1);
  }

  /** @returns whether the pod was there */
  removePod(uid: string): boolean {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return false;
    this.#pods.delete(uid);
    this.#count(pod, -1);
    return true;
  }

  /** Whether a pod here holds `wanted`, or one of the two claims the port on every address. */
  portIsTaken(wanted: HostPort): boolean {
    for (const { hostPorts } of this.#pods.values()) if (hostPorts.some((taken) => portsConflict(taken, wanted))) return true;
    return false;
  }

  #count(pod: PodState, sign: 1 | -1): void {
    addTo(this.#requested, pod.requests, sign);
    addTo(this.#scoringRequested, pod.scoringRequests, sign);
  }
}

const ANY_ADDRESS = '0.0.0.0';

export function portsConflict(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.hostIP === b.hostIP || a.hostIP === ANY_ADDRESS || b.hostIP === ANY_ADDRESS);
}
