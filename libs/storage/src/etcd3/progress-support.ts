/** The first patch of each minor version whose answer to a progress request waits for the events before it (etcd #15220). */
const FIRST_SOUND_PATCH: ReadonlyMap<string, number> = new Map([
  ['3.4', 31],
  ['3.5', 13],
]);

/**
 * Whether an etcd of this version answers a progress request only when it has sent everything up to the revision it names; upstream
 * asks under the same condition (`RequestWatchProgress`). Earlier ones may run ahead of their events.
 */
export function answersProgressSoundly(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major !== 3) return major > 3;
  if (minor > 5) return true;
  const first = FIRST_SOUND_PATCH.get(`${major}.${minor}`);
  return first !== undefined && patch >= first;
}
