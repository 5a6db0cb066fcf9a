const FIRST_MILLISECONDS = 1000;
const LAST_MILLISECONDS = 15 * 60 * 1000;

interface Pause {
  readonly since: number;
  readonly milliseconds: number;
}

/**
 * How long a failed pod is left on its node before it is deleted, so that a set does not fight a node that refuses its pods: a second longer
 * for the second failure, twice that for each more, a quarter of an hour at most; forgotten after twice that without a failure.
 */
export class FailedPodBackoff {
  /** By set and node. Invariant: no entry is older than twice the longest pause, once that set has been asked for again. */
  readonly #pauses = new Map<string, Map<string, Pause>>();

  /** How much longer to wait, in milliseconds; if zero, the next failure waits for longer. @param now milliseconds on any clock that only goes forward */
  wait(daemonSet: string, node: string, now: number): number {
    const pauses = this.#pausesOf(daemonSet, now);
    const present = pauses.get(node);
    const left = present === undefined ? 0 : present.since + present.milliseconds - now;
    if (left > 0) return left;
    const milliseconds = present === undefined ? FIRST_MILLISECONDS : Math.min(LAST_MILLISECONDS, present.milliseconds * 2);
    pauses.set(node, { since: now, milliseconds });
    return 0;
  }

  forget(daemonSet: string): void {
    this.#pauses.delete(daemonSet);
  }

  #pausesOf(daemonSet: string, now: number): Map<string, Pause> {
    const all = [...(this.#pauses.get(daemonSet) ?? [])];
    const kept = new Map(all.filter(([, { since }]) => now - since <= 2 * LAST_MILLISECONDS));
    this.#pauses.set(daemonSet, kept);
    return kept;
  }
}
