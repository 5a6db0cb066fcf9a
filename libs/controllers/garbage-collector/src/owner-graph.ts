import type { DeepReadonly, KubernetesObject, Resource } from '@keelson/apimachinery';

export interface Node {
  readonly resource: Resource;
  readonly object: DeepReadonly<KubernetesObject>;
}

/**
 * Who owns whom, over all resources, by uid.
 * Invariant: a uid is among the dependents of another exactly while its latest version has an owner reference to it; owners need not be there.
 */
export class OwnerGraph {
  readonly #nodes = new Map<string, Node>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): Node | undefined {
    return this.#nodes.get(uid);
  }

  put(node: Node): void {
    const { uid } = node.object.metadata;
    this.#unlink(uid);
    this.#nodes.set(uid, node);
    for (const owner of ownersOf(node)) {
      const dependents = this.#dependents.get(owner) ?? new Set();
      dependents.add(uid);
      this.#dependents.set(owner, dependents);
    }
  }

  remove(uid: string): void {
    this.#unlink(uid);
    this.#nodes.delete(uid);
  }

  dependentsOf(uid: string): Node[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  #unlink(uid: string): void {
    const node = this.#nodes.get(uid);
    if (node === undefined) return;
    for (const owner of ownersOf(node)) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
  }
}

/** The uids of a node's owners. */
export function ownersOf({ object }: Node): string[] {
  return (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
}
