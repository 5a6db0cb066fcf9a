import { createHash } from 'node:crypto';
import type { ReadonlyContainer } from './types';

/** The annotation by which a restarted kubelet knows that a running container is the one its spec asks for. */
export const CONTAINER_HASH_ANNOTATION = 'io.kubernetes.container.hash';

/** Changes when the container must be made anew: with its name or image, as upstream; all else in a running pod's spec is immutable or resized in place. */
export function containerHash(container: ReadonlyContainer): string {
  const hashed = JSON.stringify({ name: container.name, image: container.image });
  return createHash('sha256').update(hashed).digest('hex').slice(0, 8);
}
