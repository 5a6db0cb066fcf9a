import type { DeepReadonly, Node } from '@keelson/api';

/** Sizes in bytes, by each of an image's names. */
export type Images = ReadonlyMap<string, number>;

export function imagesOf(node: DeepReadonly<Node> | undefined): Images {
  const images = new Map<string, number>();
  for (const { names = [], sizeBytes = 0 } of node?.status?.images ?? []) for (const name of names) images.set(name, sizeBytes);
  return images;
}

/** As nodes name an image that a pod names without a tag. */
export function imageName(reference: string): string {
  return reference.lastIndexOf(':') <= reference.lastIndexOf('/') ? `${reference}:latest` : reference;
}

/** On how many nodes each image is. Invariant: no count of zero. */
export class ImageIndex {
  readonly #nodes = new Map<string, number>();

  /** A node has `after` where it had `before`. */
  replace(before: Images, after: Images): void {
    for (const name of before.keys()) this.#count(name, -1);
    for (const name of after.keys()) this.#count(name, 1);
  }

  nodesWith(name: string): number {
    return this.#nodes.get(name) ?? 0;
  }

  #count(name: string, by: 1 | -1): void {
    const count = this.nodesWith(name) + by;
    if (count === 0) this.#nodes.delete(name);
    else this.#nodes.set(name, count);
  }
}
