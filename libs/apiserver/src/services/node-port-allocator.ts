import type { Revision, Store } from '@keelson/storage';
import { reservedOf } from './cluster-ip-allocator';

const KEY = '/registry/ranges/servicenodeports';

/** Why a port can't be had; worded as upstream's allocator words it. */
export class PortUnavailable extends Error {
  readonly code = 'port-unavailable';
}

export interface NodePortAllocatorDeps {
  readonly store: Store;
  readonly range: { readonly first: number; readonly last: number };
  readonly random: () => number;
  /** Reads a stored object, in whatever form it was written. */
  readonly decode: (value: Uint8Array) => object;
}

/** The taken ports as bits of one number, bit 0 the first port of the range; as upstream stores them. */
interface Allocation {
  readonly bits: bigint;
  readonly revision: Revision;
}

/**
 * Gives Services their node ports. Which are taken is one object in the store (`RangeAllocation`, in upstream's form), changed by
 * compare-and-swap, so that servers side by side never give out the same port.
 */
export class NodePortAllocator {
  readonly #deps: NodePortAllocatorDeps;
  readonly #size: number;

  constructor(deps: NodePortAllocatorDeps) {
    this.#deps = deps;
    this.#size = deps.range.last - deps.range.first + 1;
  }

  /** @throws PortUnavailable if one lies outside the range or is taken; then none is taken */
  take(ports: readonly number[]): Promise<void> {
    return this.#change((bits) => {
      const outside = ports.find((port) => !this.#contains(port));
      if (outside !== undefined)
        throw new PortUnavailable(`provided port is not in the valid range. The range of valid ports is ${this.#rangeText}`);
      if (ports.some((port) => (bits & this.#bit(port)) !== 0n)) throw new PortUnavailable('provided port is already allocated');
      return { bits: ports.reduce((sum, port) => sum | this.#bit(port), bits), result: undefined };
    });
  }

  /** @returns `count` free ports @throws PortUnavailable if there are not as many */
  takeAny(count: number): Promise<readonly number[]> {
    return this.#change((bits) => {
      let taken = bits;
      const ports: number[] = [];
      while (ports.length < count) {
        const port = this.#pick(taken);
        if (port === undefined) throw new PortUnavailable('range is full');
        taken |= this.#bit(port);
        ports.push(port);
      }
      return { bits: taken, result: ports };
    });
  }

  release(ports: readonly number[]): Promise<void> {
    return this.#change((bits) => ({
      bits: ports.filter((port) => this.#contains(port)).reduce((rest, port) => rest & ~this.#bit(port), bits),
      result: undefined,
    }));
  }

  /** All ports that are taken now. */
  async taken(): Promise<readonly number[]> {
    const { bits } = await this.#read();
    const ports = Array.from({ length: this.#size }, (_, index) => this.#deps.range.first + index);
    return ports.filter((port) => (bits & this.#bit(port)) !== 0n);
  }

  async #change<T>(next: (bits: bigint) => { readonly bits: bigint; readonly result: T }): Promise<T> {
    for (;;) {
      const { bits, revision } = await this.#read();
      const change = next(bits);
      if (change.bits === bits) return change.result;
      const written = await this.#deps.store.put(KEY, this.#encode(change.bits), { expected: revision });
      if (written.type === 'written') return change.result;
    }
  }

  async #read(): Promise<Allocation> {
    const record = await this.#deps.store.get(KEY);
    if (record === undefined) return { bits: 0n, revision: 0 };
    const { data = '' } = this.#deps.decode(record.value) as { readonly data?: string };
    const hex = Buffer.from(data, 'base64').toString('hex');
    return { bits: hex === '' ? 0n : BigInt(`0x${hex}`), revision: record.revision };
  }

  #encode(bits: bigint): Buffer {
    const hex = bits === 0n ? '' : bits.toString(16);
    const data = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64');
    return Buffer.from(JSON.stringify({ kind: 'RangeAllocation', apiVersion: 'v1', metadata: {}, range: this.#rangeText, data }));
  }

  /** From a random place on, outside the part that is left for fixed ports if that has any. */
  #pick(taken: bigint): number | undefined {
    const reserved = Math.min(reservedOf(this.#size), 128);
    const start = reserved + Math.floor(this.#deps.random() * (this.#size - reserved));
    for (const [low, high, from] of [
      [reserved, this.#size, start],
      [0, reserved, 0],
    ] as const)
      for (let step = 0; step < high - low; step += 1) {
        const port = this.#deps.range.first + low + ((from - low + step) % (high - low));
        if ((taken & this.#bit(port)) === 0n) return port;
      }
    return undefined;
  }

  #contains(port: number): boolean {
    return port >= this.#deps.range.first && port <= this.#deps.range.last;
  }

  #bit(port: number): bigint {
    return 1n << BigInt(port - this.#deps.range.first);
  }

  get #rangeText(): string {
    return `${this.#deps.range.first}-${this.#deps.range.last}`;
  }
}
