import type { DeepReadonly, Node } from '@keelson/api';
import { TokenBucket } from '@keelson/client';
import type { Clock } from '@keelson/apimachinery';

export interface EvictionRates {
  /** Nodes a second whose pods are driven off, in a zone that is well. */
  readonly normal: number;
  /** The same where more than `unhealthyThreshold` of a large zone is not ready. */
  readonly secondary: number;
  /** A zone of up to this many nodes that is that ill gets no evictions at all. */
  readonly largeClusterSize: number;
  readonly unhealthyThreshold: number;
}

type ZoneState = 'normal' | 'partial' | 'full';

interface ZoneCount {
  size: number;
  ill: number;
}

/** How long a count of the ill nodes holds, as taking one means a look at every node. Upstream counts every five seconds. */
const COUNT_MILLISECONDS = 1_000;

const ZONE_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];
const zoneOf = ({ metadata }: DeepReadonly<Node>): string => ZONE_LABELS.map((label) => metadata.labels?.[label] ?? '').join('/');

/**
 * Decides when a node's pods may be driven off: at a rate by zone, slower where much of a zone is ill, and not at all where everything is,
 * since then it is more likely that we can't see the nodes than that all of them are gone.
 */
export class ZoneEvictions {
  readonly #rates: EvictionRates;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { readonly rate: number; readonly bucket: TokenBucket }>();
  /** By zone, as they were at `#countedAt`. */
  #counts: ReadonlyMap<string, ZoneCount> = new Map();
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(rates: EvictionRates, clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /**
   * @param all every node
   * @param isIll whether a node is not ready, or should be taken as such
   * @returns whether the pods of `node`, which is ill, may be driven off now; asks for a turn at its zone's rate
   */
  mayEvict(node: DeepReadonly<Node>, all: () => readonly DeepReadonly<Node>[], isIll: (node: DeepReadonly<Node>) => boolean): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#countedAt >= COUNT_MILLISECONDS) {
      this.#counts = countZones(all(), isIll);
      this.#countedAt = now;
    }
    if ([...this.#counts.values()].every(({ ill, size }) => ill === size)) return false;
    const zone = zoneOf(node);
    const { ill, size } = this.#counts.get(zone) ?? { ill: 1, size: 1 };
    const rate = this.#rateOf(size, ill);
    return rate > 0 && this.#bucket(zone, rate).tryTake();
  }

  #rateOf(size: number, ill: number): number {
    switch (this.#stateOf(size, ill)) {
      case 'partial':
        return size > this.#rates.largeClusterSize ? this.#rates.secondary : 0;
      case 'normal':
      case 'full':
        // A zone that is gone as a whole, while others are there, is treated as one that is well: its pods belong elsewhere.
        return this.#rates.normal;
    }
  }

  #stateOf(size: number, ill: number): ZoneState {
    if (ill === size) return 'full';
    return ill > 2 && ill / size >= this.#rates.unhealthyThreshold ? 'partial' : 'normal';
  }

  #bucket(zone: string, rate: number): TokenBucket {
    const present = this.#buckets.get(zone);
    if (present?.rate === rate) return present.bucket;
    const bucket = new TokenBucket({ qps: rate, burst: 1 }, this.#clock);
    this.#buckets.set(zone, { rate, bucket });
    return bucket;
  }
}

function countZones(all: readonly DeepReadonly<Node>[], isIll: (node: DeepReadonly<Node>) => boolean): ReadonlyMap<string, ZoneCount> {
  const counts = new Map<string, ZoneCount>();
  for (const node of all) {
    const zone = zoneOf(node);
    const count = counts.get(zone) ?? { size: 0, ill: 0 };
    counts.set(zone, count);
    count.size += 1;
    if (isIll(node)) count.ill += 1;
  }
  return counts;
}
