import { safeEncode } from '@keelson/controller-pod-control';

/** FNV-1, 32 bits. */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** What Go's `encoding/json` writes as an escape and JavaScript writes as it is. */
const GO_ESCAPES = /[<>&\u2028\u2029]/g;

/**
 * Stands for the data of a revision, whose fields are sorted, in its name, and differs with the count of collisions: upstream's
 * `HashControllerRevision`, so that either controller finds the revision that the other made.
 */
export function revisionHash(data: Readonly<Record<string, unknown>>, collisionCount: number): string {
  const text = JSON.stringify(data).replace(GO_ESCAPES, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(`${text}${collisionCount}`)) hash = (Math.imul(hash, PRIME) ^ byte) >>> 0;
  return safeEncode(String(hash));
}
