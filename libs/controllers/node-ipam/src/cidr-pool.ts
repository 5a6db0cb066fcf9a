import { formatCidr, parseCidr } from '@keelson/apimachinery';

const BITS = { 4: 32, 6: 128 } as const;

/** Cuts one cluster CIDR into equal blocks for nodes. Invariant: a block that is taken is never given out. */
export class CidrPool {
  readonly #family: 4 | 6;
  readonly #base: bigint;
  readonly #prefix: number;
  readonly #shift: bigint;
  readonly #count: bigint;
  readonly #taken = new Set<bigint>();
  /** Where the search goes on, so that a block given back is not the next to be given out. */
  #next = 0n;

  /** @throws RangeError if `cidr` is none, or too small for one block of `maskSize` */
  constructor(cidr: string, maskSize: number) {
    const cluster = parseCidr(cidr);
    if (cluster === undefined) throw new RangeError(`cluster CIDR must be of the form ADDRESS/PREFIX: current value is ${cidr}`);
    const bits = BITS[cluster.family];
    if (maskSize < cluster.prefix || maskSize > bits)
      throw new RangeError(
        `node CIDR mask size must be from ${String(cluster.prefix)} to ${String(bits)} for cluster CIDR ${cidr}: current value is ${String(maskSize)}`,
      );
    const hostBits = BigInt(bits - cluster.prefix);
    this.#family = cluster.family;
    this.#base = (cluster.value >> hostBits) << hostBits;
    this.#prefix = maskSize;
    this.#shift = BigInt(bits - maskSize);
    this.#count = 1n << BigInt(maskSize - cluster.prefix);
  }

  /** Takes a free block. @returns undefined if there is none */
  allocate(): string | undefined {
    for (let tried = 0n; tried < this.#count; tried += 1n) {
      const block = (this.#next + tried) % this.#count;
      if (this.#taken.has(block)) continue;
      this.#taken.add(block);
      this.#next = (block + 1n) % this.#count;
      return formatCidr({ family: this.#family, value: this.#base + (block << this.#shift), prefix: this.#prefix });
    }
    return undefined;
  }

  /** Takes every block that `cidr` touches, whoever gave it out and with whatever mask. */
  occupy(cidr: string): void {
    for (const block of this.#blocksOf(cidr)) this.#taken.add(block);
  }

  release(cidr: string): void {
    for (const block of this.#blocksOf(cidr)) this.#taken.delete(block);
  }

  *#blocksOf(text: string): Generator<bigint> {
    const cidr = parseCidr(text);
    if (cidr?.family !== this.#family) return;
    const size = 1n << BigInt(BITS[cidr.family] - cidr.prefix);
    const start = (cidr.value / size) * size;
    const end = start + size - 1n;
    const last = this.#base + (this.#count << this.#shift) - 1n;
    if (end < this.#base || start > last) return;
    const from = ((start < this.#base ? this.#base : start) - this.#base) >> this.#shift;
    const to = ((end > last ? last : end) - this.#base) >> this.#shift;
    for (let block = from; block <= to; block += 1n) yield block;
  }
}
